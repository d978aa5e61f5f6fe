package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/xeipuuv/gojsonschema"
	"sigs.k8s.io/yaml"
)

type table = map[string]interface{}

// What templates see as `.Chart`.
type metadata struct {
	APIVersion   string            `json:"apiVersion"`
	Name         string            `json:"name"`
	Version      string            `json:"version"`
	AppVersion   string            `json:"appVersion"`
	Description  string            `json:"description"`
	Type         string            `json:"type"`
	KubeVersion  string            `json:"kubeVersion"`
	Home         string            `json:"home"`
	Icon         string            `json:"icon"`
	Sources      []string          `json:"sources"`
	Keywords     []string          `json:"keywords"`
	Annotations  map[string]string `json:"annotations"`
	Maintainers  []table           `json:"maintainers"`
	Dependencies []dependency      `json:"dependencies"`
}

type dependency struct {
	Name       string `json:"name"`
	Version    string `json:"version"`
	Repository string `json:"repository"`
}

type chart struct {
	metadata
	values    table
	schema    []byte
	templates map[string]string // by path, "templates/…"
	crds      map[string]string
	files     map[string][]byte
	charts    []*chart
}

// Reads a chart, and those in its folder charts/, as they lie there.
func load(folder string, exact bool) (*chart, error) {
	c := &chart{values: table{}, templates: map[string]string{}, crds: map[string]string{}, files: map[string][]byte{}}
	text, err := os.ReadFile(filepath.Join(folder, "Chart.yaml"))
	if err != nil {
		return nil, err
	}
	if err := yaml.UnmarshalStrict(text, &c.metadata); err != nil {
		return nil, fmt.Errorf("%s/Chart.yaml: %w", folder, err)
	}
	if c.APIVersion != "v2" || c.Name == "" || c.Version == "" {
		return nil, fmt.Errorf("%s/Chart.yaml: apiVersion v2, name and version are required", folder)
	}
	ignored, err := ignoredBy(folder)
	if err != nil {
		return nil, err
	}
	err = filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(folder, path)
		name = filepath.ToSlash(name)
		if ignored(name) {
			if info.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if info.IsDir() {
			if filepath.Dir(name) == "charts" {
				sub, err := load(path, exact)
				if err != nil {
					return err
				}
				c.charts = append(c.charts, sub)
				return filepath.SkipDir
			}
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return c.add(name, text, exact)
	})
	if err != nil {
		return nil, err
	}
	for _, needed := range c.Dependencies {
		if c.sub(needed.Name) == nil {
			return nil, fmt.Errorf("found in Chart.yaml, but missing in charts/ directory: %s", needed.Name)
		}
		if have := c.sub(needed.Name).Version; have != needed.Version {
			return nil, fmt.Errorf("%s: needs %s %s, and charts/ has %s", c.Name, needed.Name, needed.Version, have)
		}
	}
	return c, nil
}

func (c *chart) sub(name string) *chart {
	for _, one := range c.charts {
		if one.Name == name {
			return one
		}
	}
	return nil
}

func (c *chart) add(name string, text []byte, exact bool) (err error) {
	switch {
	case name == "Chart.yaml" || name == "Chart.lock":
	case name == "values.yaml":
		if c.values, err = readTable(text, exact); err != nil {
			return fmt.Errorf("%s: values.yaml: %w", c.Name, err)
		}
	case name == "values.schema.json":
		c.schema = text
	case strings.HasPrefix(name, "templates/"):
		c.templates[name] = string(text)
	case strings.HasPrefix(name, "crds/"):
		c.crds[c.Name+"/"+name] = strings.TrimSpace(string(text))
		c.files[name] = text
	default:
		c.files[name] = text
	}
	return nil
}

// What .helmignore leaves out: names and patterns for the last part of a path, which is all that is
// needed here; anything else in it is an error.
func ignoredBy(folder string) (func(string) bool, error) {
	text, err := os.ReadFile(filepath.Join(folder, ".helmignore"))
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	patterns := []string{".helmignore"}
	for _, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if strings.ContainsAny(line, "/!") {
			return nil, fmt.Errorf("%s/.helmignore: %q is more than this program knows", folder, line)
		}
		patterns = append(patterns, line)
	}
	return func(name string) bool {
		for _, pattern := range patterns {
			if matched, _ := filepath.Match(pattern, filepath.Base(name)); matched {
				return true
			}
		}
		return false
	}, nil
}

// Reads YAML as helm does: by way of JSON. All numbers are floating point; newer versions keep those of
// a chart's own values as they are written.
func readTable(text []byte, exact bool) (table, error) {
	plain, err := yaml.YAMLToJSONStrict(text)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(plain))
	if exact {
		decoder.UseNumber()
	}
	values := table{}
	err = decoder.Decode(&values)
	if values == nil {
		values = table{}
	}
	return values, err
}

// The values of one table, with those of another over them.
func merged(under, over table) table {
	made := table{}
	for key, value := range under {
		made[key] = value
	}
	for key, value := range over {
		inner, isTable := value.(table)
		below, wasTable := made[key].(table)
		if isTable && wasTable {
			made[key] = merged(below, inner)
		} else {
			made[key] = value
		}
	}
	return made
}

// The values that a chart and those in it are rendered with: `null` takes a default away, `global` is
// handed down, and each chart in it has a table of its own name.
func (c *chart) coalesce(given table) (table, error) {
	made, err := withDefaults(c.Name, given, c.values)
	if err != nil {
		return nil, err
	}
	for _, sub := range c.charts {
		own := table{}
		if value, isThere := made[sub.Name]; isThere && value != nil {
			inner, isTable := value.(table)
			if !isTable {
				return nil, fmt.Errorf("%s: the values of %s are no table", c.Name, sub.Name)
			}
			own = merged(inner, table{})
		}
		above, _ := made["global"].(table)
		below, _ := own["global"].(table)
		own["global"] = merged(below, above)
		if made[sub.Name], err = sub.coalesce(own); err != nil {
			return nil, err
		}
	}
	return made, nil
}

func withDefaults(place string, given, defaults table) (table, error) {
	made := table{}
	for key, value := range given {
		if value != nil {
			made[key] = value
		} else if _, isDefault := defaults[key]; !isDefault {
			made[key] = nil
		}
	}
	for key, value := range defaults {
		over, isGiven := given[key]
		if !isGiven {
			made[key] = value
			continue
		}
		if inner, isTable := value.(table); isTable && over != nil {
			upper, isTable := over.(table)
			if !isTable {
				continue // helm warns; the schema has to refuse it
			}
			below, err := withDefaults(place+"."+key, upper, inner)
			if err != nil {
				return nil, err
			}
			made[key] = below
		}
	}
	return made, nil
}

// What the schemas of a chart and of those in it have against values.
func (c *chart) validate(values table) []string {
	var faults []string
	if c.schema != nil {
		text, err := json.Marshal(values)
		if err != nil {
			return []string{err.Error()}
		}
		result, err := gojsonschema.Validate(
			gojsonschema.NewBytesLoader(c.schema), gojsonschema.NewBytesLoader(text))
		if err != nil {
			return []string{fmt.Sprintf("%s: the schema is none: %v", c.Name, err)}
		}
		for _, fault := range result.Errors() {
			faults = append(faults, fmt.Sprintf("%s: %s", c.Name, fault))
		}
	}
	for _, sub := range c.charts {
		own, _ := values[sub.Name].(table)
		faults = append(faults, sub.validate(own)...)
	}
	return faults
}
