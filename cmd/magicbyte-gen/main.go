// Command magicbyte-gen is magicbyte gen by itself, for go generate: it needs no C compiler, and is built also where the code
// that it is to write anew is broken.
package main

import (
	"fmt"
	"os"

	"github.com/magicbyte-go/magicbyte/internal/gencmd"
)

func main() {
	cmd := gencmd.New()
	cmd.Use = "magicbyte-gen [flags] schema.avsc..."
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	if err := cmd.Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "magicbyte-gen:", err)
		os.Exit(1)
	}
}
