package house_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rule says what packages must not need, directly or through others. Packages and the denied are patterns: a path ("net/http"), or
// a path and all below it ("registry/..."). Those without a dot in their first element that name a folder of this module
// mean that folder; all others are import paths.
type rule struct {
	packages string   // the packages that the rule is for
	except   []string // and not for these
	deny     []string
	allow    []string // of what deny names
	// direct limits the rule to the imports in the packages' own files.
	direct bool
	reason string
}

var rules = []rule{
	{
		packages: "serde/avro",
		deny:     []string{module + "/..."},
		reason:   "the codec stands alone, for use with any framing and any transport",
	},
	{
		packages: "serde/avro/ocf",
		deny:     []string{module + "/..."},
		allow:    []string{"serde/avro"},
		reason:   "files of records need the codec alone",
	},
	{
		packages: "serde/avro",
		deny:     []string{"github.com/klauspost/..."},
		reason:   "only files are compressed; who reads messages pays for no compression",
	},
	{
		packages: "serde/...",
		deny:     []string{"github.com/confluentinc/...", "github.com/twmb/franz-go/..."},
		except:   []string{"serde/serdetest"},
		reason:   "serde knows no Kafka and builds without a C compiler",
	},
	{
		packages: "serde",
		deny:     []string{"net/http", "net"},
		reason:   "serde has no network: it sees a registry through SchemaReader and SchemaRegistry",
	},
	{
		packages: "serde/avro/...",
		deny:     []string{"net/http", "net"},
		reason:   "a codec has no network",
	},
	{
		packages: "serde/...",
		deny:     []string{"registry/...", "producer/...", "consumer/...", "integration/...", "schemas/..."},
		allow:    []string{"registry/compat"},
		reason:   "serde lies below the registry client and the Kafka clients",
	},
	{
		packages: "registry/compat",
		deny:     []string{"net/http", "github.com/confluentinc/...", "github.com/hamba/...", module + "/..."},
		allow:    []string{"serde/avro"},
		reason:   "compatibility is decided offline, from two schemas in our own model",
	},
	{
		packages: "registry/...",
		deny:     []string{"producer/...", "consumer/...", "schemas/...", "integration/...", "github.com/confluentinc/..."},
		reason:   "the registry client speaks HTTP and knows no Kafka",
	},
	{
		packages: "registry/internal/...",
		deny:     []string{module + "/..."},
		allow:    []string{"serde", "serde/avro", "registry/internal/..."},
		reason:   "transport, caches and snapshots know no schema registry calls: the client stands on them",
	},
	{
		packages: "registry/embedded",
		deny:     []string{"registry", "registry/registrytest/..."},
		reason:   "white-box tests of registry use it, and it must not judge by the client's own idea of the protocol: it speaks raw HTTP",
	},
	{
		packages: "registry/registrytest",
		deny:     []string{"registry"},
		reason:   "white-box tests of registry use it: it speaks raw HTTP",
	},
	{
		packages: "...",
		except:   []string{"registry/glue", "cmd/magicbyte"},
		deny:     []string{"github.com/aws/...", "registry/glue"},
		reason:   "who keeps no schemas in AWS Glue does not pay for the AWS SDK",
	},
	{
		packages: "registry/glue",
		deny:     []string{"registry", "registry/internal/transport", "github.com/riferrei/...", "golang.org/x/oauth2/..."},
		reason:   "nor does who keeps them there pay for the client of the other registries",
	},
	{
		packages: "internal/fakeglue",
		deny:     []string{"registry", "registry/internal/..."},
		reason:   "it must not judge by the client's own idea of the protocol: it speaks raw HTTP",
	},
	{
		packages: "producer/...",
		deny:     []string{"registry/...", "github.com/riferrei/...", "consumer/...", "schemas/...", "integration/..."},
		allow:    []string{"registry/compat"},
		reason:   "a producer sees the registry through the interfaces of serde",
	},
	{
		packages: "consumer/...",
		deny:     []string{"registry/...", "github.com/riferrei/...", "producer/...", "schemas/...", "integration/..."},
		allow:    []string{"registry/compat"},
		reason:   "a consumer sees the registry through the interfaces of serde",
	},
	{
		packages: "eventlog/...",
		deny:     []string{"registry/...", "github.com/riferrei/...", "schemas/...", "integration/...", "github.com/aws/...", "github.com/Azure/...", "cloud.google.com/..."},
		allow:    []string{"registry/compat"},
		reason:   "the event log stands on consumer, producer and serde, and who opens the bucket chooses the cloud and pays for its SDK",
	},
	{
		packages: "...",
		except:   []string{"eventlog/...", "cmd/..."},
		deny:     []string{"gocloud.dev/..."},
		reason:   "the event log alone knows object storage; nobody else pays for it",
	},
	{
		packages: "schemas/...",
		deny:     []string{module + "/..."},
		allow:    []string{"serde", "serde/avro", "serde/hamba", "registry/compat", "schemas/...", "internal/..."},
		reason:   "a contract package needs the codec alone, so that every service can import it",
	},
	{
		packages: "schemas/...",
		deny:     []string{"serde"},
		direct:   true,
		reason:   "a contract package imports the codec package alone",
	},
	{
		packages: "...",
		except:   []string{"integration/..."},
		deny:     []string{"github.com/testcontainers/...", "github.com/moby/...", "github.com/docker/..."},
		reason:   "integration alone starts containers; nobody else pays for 130 packages of theirs",
	},
	{
		packages: "...",
		except:   []string{"integration/...", "registry/registrytest/...", "serde/serdetest/...", "producer/producertest/...", "consumer/consumertest/..."},
		deny:     []string{"testing"},
		direct:   true,
		reason:   "only _test.go files, *test packages and integration import testing",
	},
	{
		packages: "...",
		except:   []string{"telemetry/..."},
		deny:     []string{"go.opentelemetry.io/...", "github.com/prometheus/..."},
		direct:   true,
		reason:   "the core imports no telemetry: adapters stand on its hooks",
	},
	{
		packages: "internal/local",
		deny:     []string{"testing", "integration/...", "producer/...", "consumer/...", "github.com/confluentinc/..."},
		reason:   "the command and the harness share it, and neither's weight belongs to the other",
	},
	{
		packages: "...",
		except:   []string{"internal/kafkaclient"},
		deny:     []string{"internal/librdkafka"},
		direct:   true,
		reason:   "kafkaclient alone goes past the binding to the library, and knows how to do without",
	},
	{
		packages: "cmd/magicbyte-gen",
		deny:     []string{"schemas/...", "github.com/confluentinc/..."},
		reason:   "it writes schemas, also where what is there is broken, and go generate needs no C compiler",
	},
	{
		packages: "cmd/...",
		deny:     []string{"integration/...", "github.com/testcontainers/..."},
		reason:   "the command brings no Docker client, which is some 130 packages",
	},
}

func TestLayers(t *testing.T) {
	pkgs := ours(t)
	for _, r := range rules {
		t.Run(r.packages+" without "+strings.Join(r.deny, " "), func(t *testing.T) {
			for _, complaint := range r.check(pkgs) {
				t.Error(complaint)
			}
		})
	}
}

// check returns a sentence for each import that breaks the rule.
func (r rule) check(pkgs []pkg) []string {
	var complaints []string
	for _, p := range pkgs {
		if !matchAny([]string{r.packages}, p.ImportPath) || matchAny(r.except, p.ImportPath) {
			continue
		}
		needs := p.Deps
		if r.direct {
			needs = p.Imports
		}
		for _, need := range needs {
			if need == p.ImportPath || !matchAny(r.deny, need) || matchAny(r.allow, need) {
				continue
			}
			complaints = append(complaints, fmt.Sprintf("%s needs %s, by way of %s: %s",
				p.path(), need, strings.Join(way(pkgs, p.ImportPath, need), " -> "), r.reason))
		}
	}
	return complaints
}

// way finds a shortest chain of imports within this module that leads from one package to another.
func way(pkgs []pkg, from, to string) []string {
	imports := make(map[string][]string)
	for _, p := range pkgs {
		imports[p.ImportPath] = p.Imports
	}
	came := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		if queue[0] == to {
			var chain []string
			for at := to; at != ""; at = came[at] {
				chain = append(chain, strings.TrimPrefix(at, module+"/"))
			}
			slices.Reverse(chain)
			return chain
		}
		for _, next := range imports[queue[0]] {
			if _, seen := came[next]; !seen {
				came[next] = queue[0]
				queue = append(queue, next)
			}
		}
	}
	return []string{"packages outside this module"}
}

func matchAny(patterns []string, importPath string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return match(pattern, importPath) })
}

// folders of this module that patterns may begin with; all other patterns are import paths.
var folders = []string{
	"...", "schemas", "serde", "registry", "producer", "consumer", "telemetry", "eventlog", "integration", "cmd", "internal",
}

func match(pattern, importPath string) bool {
	if first, _, _ := strings.Cut(pattern, "/"); slices.Contains(folders, first) {
		pattern = path.Join(module, pattern)
	}
	if above, ok := strings.CutSuffix(pattern, "/..."); ok {
		return importPath == above || strings.HasPrefix(importPath, above+"/")
	}
	return importPath == pattern
}

// The rules are only as good as their checker.
func TestRuleCheck(t *testing.T) {
	t.Parallel()
	at := func(name string) string { return module + "/" + name }
	pkgs := []pkg{
		{ImportPath: at("serde"), Imports: []string{"fmt"}, Deps: []string{"fmt", "io"}},
		{ImportPath: at("registry"), Imports: []string{at("serde"), "net/http"}, Deps: []string{at("serde"), "fmt", "net/http", "net"}},
		{ImportPath: at("producer"), Imports: []string{at("registry")}, Deps: []string{at("registry"), at("serde"), "net/http"}},
	}
	tests := []struct {
		name string
		rule rule
		want []string
	}{
		{name: "kept", rule: rule{packages: "serde", deny: []string{"net/http"}}},
		{name: "for another package", rule: rule{packages: "consumer/...", deny: []string{"net/http"}}},
		{
			name: "broken through another package",
			rule: rule{packages: "producer/...", deny: []string{"net/http"}, reason: "because"},
			want: []string{"producer needs net/http, by way of producer -> registry -> net/http: because"},
		},
		{name: "direct imports only", rule: rule{packages: "producer/...", deny: []string{"net/http"}, direct: true}},
		{name: "excepted", rule: rule{packages: "...", except: []string{"registry/...", "producer"}, deny: []string{"net/http"}}},
		{
			name: "a folder is not its neighbour by prefix",
			rule: rule{packages: "...", deny: []string{"reg/..."}},
		},
		{name: "allowed", rule: rule{packages: "producer", deny: []string{module + "/..."}, allow: []string{"registry", "serde"}}},
		{
			name: "beyond this module",
			rule: rule{packages: "registry", deny: []string{"net"}, reason: "because"},
			want: []string{"registry needs net, by way of packages outside this module: because"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tt.rule.check(pkgs)); diff != "" {
				t.Errorf("complaints (-want +got):\n%s", diff)
			}
		})
	}
}
