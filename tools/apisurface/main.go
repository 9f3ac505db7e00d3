// Command apisurface prints the exported surface of packages, one line for each constant, variable, function, type, field and
// method, sorted: the text that `make api` compares. Commands and internal packages are left out.
package main

import (
	"bufio"
	"fmt"
	"go/constant"
	"go/types"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "apisurface:", err)
		os.Exit(1)
	}
}

func run(patterns []string) error {
	pkgs, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps | packages.NeedModule}, patterns...)
	if err != nil {
		return fmt.Errorf("load %s: %w", strings.Join(patterns, " "), err)
	}
	var lines []string
	for _, pkg := range pkgs {
		if len(pkg.Errors) > 0 {
			return pkg.Errors[0]
		}
		path := strings.TrimPrefix(strings.TrimPrefix(pkg.PkgPath, pkg.Module.Path), "/")
		if pkg.Name == "main" || slices.Contains(strings.Split(path, "/"), "internal") {
			continue
		}
		for _, line := range surface(pkg.Types) {
			lines = append(lines, path+": "+line)
		}
	}
	slices.Sort(lines)
	out := bufio.NewWriter(os.Stdout)
	for _, line := range lines {
		fmt.Fprintln(out, line)
	}
	return out.Flush()
}

// surface describes what pkg exports. Other packages are named as in source, by their last element.
func surface(pkg *types.Package) []string {
	short := func(other *types.Package) string {
		if other == pkg {
			return ""
		}
		return other.Name()
	}
	var lines []string
	for _, name := range pkg.Scope().Names() {
		obj := pkg.Scope().Lookup(name)
		if !obj.Exported() {
			continue
		}
		switch obj := obj.(type) {
		case *types.Const:
			line := fmt.Sprintf("const %s %s", name, types.TypeString(obj.Type(), short))
			if obj.Val().Kind() != constant.Unknown {
				line += " = " + obj.Val().ExactString()
			}
			lines = append(lines, line)
		case *types.TypeName:
			lines = append(lines, typeLines(obj, short)...)
		default:
			lines = append(lines, types.ObjectString(obj, short))
		}
	}
	return lines
}

// typeLines describes a type with its exported fields and methods; unexported ones are not part of the surface.
func typeLines(obj *types.TypeName, short types.Qualifier) []string {
	name := obj.Name()
	named, ok := obj.Type().(*types.Named)
	if !ok || obj.IsAlias() {
		return []string{types.ObjectString(obj, short)}
	}
	var params string
	if list := named.TypeParams(); list.Len() > 0 {
		var each []string
		for p := range list.TypeParams() {
			each = append(each, p.Obj().Name()+" "+types.TypeString(p.Constraint(), short))
		}
		params = "[" + strings.Join(each, ", ") + "]"
	}
	var lines []string
	switch under := named.Underlying().(type) {
	case *types.Struct:
		lines = append(lines, fmt.Sprintf("type %s%s struct", name, params))
		for field := range under.Fields() {
			if field.Exported() {
				lines = append(lines, fmt.Sprintf("type %s struct, %s %s", name, field.Name(), types.TypeString(field.Type(), short)))
			}
		}
	case *types.Interface:
		lines = append(lines, fmt.Sprintf("type %s%s interface", name, params))
		for method := range under.Methods() {
			if method.Exported() {
				lines = append(lines, fmt.Sprintf("type %s interface, %s%s", name, method.Name(), signature(method, short)))
			} else {
				lines = append(lines, fmt.Sprintf("type %s interface, closed by an unexported method", name))
			}
		}
	default:
		lines = append(lines, fmt.Sprintf("type %s%s %s", name, params, types.TypeString(under, short)))
	}
	for method := range named.Methods() {
		if method.Exported() {
			receiver := types.TypeString(method.Signature().Recv().Type(), short)
			lines = append(lines, fmt.Sprintf("method (%s) %s%s", receiver, method.Name(), signature(method, short)))
		}
	}
	return lines
}

func signature(f *types.Func, short types.Qualifier) string {
	return strings.TrimPrefix(types.TypeString(f.Type(), short), "func")
}
