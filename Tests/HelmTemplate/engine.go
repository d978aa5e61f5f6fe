package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

// How deep templates may include each other: beyond it, they include themselves.
const mostDepth = 1000

// Renders all templates of a chart and of those in it; by path, "chart/templates/…".
func render(root *chart, values table, options release) (map[string]string, error) {
	all := template.New("gotpl").Option("missingkey=zero")
	all.Funcs(functions(all, map[string]int{}))
	scopes := map[string]table{}
	if err := collect(all, root, root.Name, values, options, scopes); err != nil {
		return nil, err
	}
	rendered := map[string]string{}
	for name, scope := range scopes {
		if strings.HasPrefix(path.Base(name), "_") {
			continue
		}
		scope["Template"] = table{"Name": name, "BasePath": path.Dir(name)}
		var out strings.Builder
		if err := all.ExecuteTemplate(&out, name, scope); err != nil {
			return nil, err
		}
		rendered[name] = strings.ReplaceAll(out.String(), "<no value>", "")
	}
	return rendered, nil
}

// Parses the templates of a chart; those of a chart of the type library are for others to include.
func collect(
	all *template.Template, c *chart, place string, values table, options release, scopes map[string]table,
) error {
	for _, sub := range c.charts {
		own, _ := values[sub.Name].(table)
		if err := collect(all, sub, place+"/charts/"+sub.Name, own, options, scopes); err != nil {
			return err
		}
	}
	for name, text := range c.templates {
		isPart := strings.HasPrefix(path.Base(name), "_")
		if c.Type == "library" && !isPart {
			continue
		}
		full := path.Join(place, name)
		if _, err := all.New(full).Parse(text); err != nil {
			return err
		}
		scopes[full] = table{
			"Chart": c.metadata, "Values": values, "Files": files(c.files), "Subcharts": table{},
			"Release": table{
				"Name": options.name, "Namespace": options.namespace, "IsInstall": true, "IsUpgrade": false,
				"Revision": 1, "Service": "Helm",
			},
			"Capabilities": table{
				"KubeVersion": kubeVersion(options.kube), "APIVersions": versions(options.apis),
				"HelmVersion": table{"Version": "v3.12.0"},
			},
		}
	}
	return nil
}

// Those of sprig but for the environment, and those that helm adds.
func functions(all *template.Template, depth map[string]int) template.FuncMap {
	made := sprig.TxtFuncMap()
	delete(made, "env")
	delete(made, "expandenv")
	made["toYaml"] = func(value interface{}) string {
		text, err := yaml.Marshal(value)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(text), "\n")
	}
	made["fromYaml"] = func(text string) table {
		value := table{}
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			value["Error"] = err.Error()
		}
		return value
	}
	made["toJson"] = func(value interface{}) string {
		text, err := json.Marshal(value)
		if err != nil {
			return ""
		}
		return string(text)
	}
	made["fromJson"] = func(text string) table {
		value := table{}
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			value["Error"] = err.Error()
		}
		return value
	}
	made["include"] = func(name string, scope interface{}) (string, error) {
		if depth[name]++; depth[name] > mostDepth {
			return "", fmt.Errorf("rendering template has a nested reference name: %s", name)
		}
		defer func() { depth[name]-- }()
		var out strings.Builder
		err := all.ExecuteTemplate(&out, name, scope)
		return out.String(), err
	}
	made["tpl"] = func(text string, scope interface{}) (string, error) {
		clone, err := all.Clone()
		if err != nil {
			return "", err
		}
		clone.Funcs(functions(clone, depth))
		parsed, err := clone.New("tpl").Parse(text)
		if err != nil {
			return "", err
		}
		var out strings.Builder
		err = parsed.Execute(&out, scope)
		return strings.ReplaceAll(out.String(), "<no value>", ""), err
	}
	made["required"] = func(warning string, value interface{}) (interface{}, error) {
		if text, isText := value.(string); value == nil || isText && text == "" {
			return value, fmt.Errorf("%s", warning)
		}
		return value, nil
	}
	// There is no cluster to look at, as with `helm template`.
	made["lookup"] = func(string, string, string, string) table { return table{} }
	return made
}

// What templates see as `.Files`.
type files map[string][]byte

func (f files) Get(name string) string { return string(f[name]) }

func (f files) Lines(name string) []string {
	return strings.Split(strings.TrimSuffix(string(f[name]), "\n"), "\n")
}

func (f files) Glob(pattern string) files {
	found := files{}
	for name, text := range f {
		if matched, _ := path.Match(pattern, name); matched {
			found[name] = text
		}
	}
	return found
}

func (f files) AsConfig() string { return f.asMap(func(text []byte) string { return string(text) }) }

func (f files) AsSecrets() string { return f.asMap(base64.StdEncoding.EncodeToString) }

func (f files) asMap(convert func([]byte) string) string {
	made := map[string]string{}
	for name, text := range f {
		made[path.Base(name)] = convert(text)
	}
	text, _ := yaml.Marshal(made)
	return strings.TrimSuffix(string(text), "\n")
}

type versions []string

func (v versions) Has(version string) bool {
	for _, one := range v {
		if one == version {
			return true
		}
	}
	return false
}

type kube struct{ Version, Major, Minor, GitVersion string }

func (k kube) String() string { return k.Version }

func kubeVersion(version string) kube {
	parts := append(strings.Split(strings.TrimPrefix(version, "v"), "."), "", "")
	full := "v" + strings.TrimPrefix(version, "v")
	return kube{Version: full, Major: parts[0], Minor: parts[1], GitVersion: full}
}
