// Renders a Helm chart as `helm template` does, for tests on machines to which no helm can be
// installed: the same template engine, function library and schema validator, from Debian. It is not
// helm: what it does not do (repositories, hooks, conditions, a cluster's answers) a chart that is
// tested by it must not need.
//
//	helm-template [OPTION]… CHART
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"
)

type release struct {
	name, namespace, kube string
	apis                  []string
}

func main() {
	var options release
	files := list{}
	apis := list{}
	flag.StringVar(&options.name, "release", "release-name", "name of the release")
	flag.StringVar(&options.namespace, "namespace", "default", "namespace of the release")
	flag.StringVar(&options.kube, "kube-version", "1.29.0", "the version that the cluster says it has")
	flag.Var(&files, "values", "file of values; may be repeated, a later one wins")
	flag.Var(&apis, "api", "API version that the cluster has, besides v1; may be repeated")
	exact := flag.Bool("exact-numbers", false, "keep numbers as they are written, as newer versions do")
	crds := flag.Bool("include-crds", false, "print the folder crds, too")
	notes := flag.Bool("notes", false, "print NOTES.txt, and nothing else")
	flag.Parse()
	options.apis = append([]string{"v1"}, apis...)
	if err := run(flag.Args(), options, files, *exact, *crds, *notes); err != nil {
		fmt.Fprintln(os.Stderr, "helm-template:", err)
		os.Exit(1)
	}
}

func run(arguments []string, options release, files []string, exact, crds, notes bool) error {
	if len(arguments) != 1 {
		return fmt.Errorf("needs one folder of a chart")
	}
	root, err := load(arguments[0], exact)
	if err != nil {
		return err
	}
	given := table{}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		more, err := readTable(text, exact)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		given = merged(given, more)
	}
	values, err := root.coalesce(given)
	if err != nil {
		return err
	}
	if faults := root.validate(values); len(faults) > 0 {
		return fmt.Errorf("values don't meet the specifications of the schema(s) in the following chart(s):\n%s",
			strings.Join(faults, "\n"))
	}
	rendered, err := render(root, values, options)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if notes {
		out.WriteString(rendered[root.Name+"/templates/NOTES.txt"])
	} else {
		if crds {
			for _, name := range sorted(root.crds) {
				fmt.Fprintf(&out, "---\n# Source: %s\n%s\n", name, root.crds[name])
			}
		}
		for _, name := range sorted(rendered) {
			text := strings.TrimSpace(rendered[name])
			if text == "" || strings.HasSuffix(name, "NOTES.txt") {
				continue
			}
			fmt.Fprintf(&out, "---\n# Source: %s\n%s\n", name, strings.TrimPrefix(text, "---\n"))
		}
	}
	_, err = out.WriteTo(os.Stdout)
	return err
}

// A flag that may be repeated.
type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func sorted(m map[string]string) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
