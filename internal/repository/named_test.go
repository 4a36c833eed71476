package repository

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// notes are the contributors' notes.
func notes(t *testing.T) string {
	t.Helper()
	return read(t, "internal/DESIGN.md") + read(t, ".github/CONTRIBUTING.md")
}

// TestNamedTestsExist looks for the tests that the contributors' notes name as
// what guards a promise.
func TestNamedTestsExist(t *testing.T) {
	t.Parallel()
	var source strings.Builder
	for _, file := range find(t, "internal", func(path string) bool { return strings.HasSuffix(path, "_test.go") }) {
		source.WriteString(read(t, filepath.ToSlash(file)))
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w*)`").FindAllStringSubmatch(notes(t), -1)
	if len(named) < 20 {
		t.Fatalf("only %d tests are named", len(named))
	}
	for _, name := range named {
		if !strings.Contains(source.String(), "func "+name[1]+"(") {
			t.Errorf("%s is named, but there is no such test", name[1])
		}
	}
}

// TestNamedCodeExists looks for the code that the contributors' notes name: a
// package's function or type, as in `platform.Kind`, and a type's method or field,
// as in `Kinds.Steps`.
func TestNamedCodeExists(t *testing.T) {
	t.Parallel()
	owners, members := declarations(t)
	named := regexp.MustCompile("`(\\w+)\\.([A-Z]\\w*)`").FindAllStringSubmatch(notes(t), -1)
	found := 0
	for _, name := range named {
		if !owners[name[1]] {
			continue // of another module
		}
		found++
		if !members[name[1]+"."+name[2]] {
			t.Errorf("%s.%s is named, but there is no such thing", name[1], name[2])
		}
	}
	if found < 10 {
		t.Fatalf("only %d pieces of code are named", found)
	}
}

// TestFilesToOpenExist looks for the files that the contributors' table "To do X,
// open Y" names. NAME is one platform or another.
func TestFilesToOpenExist(t *testing.T) {
	t.Parallel()
	_, table, found := strings.Cut(read(t, ".github/CONTRIBUTING.md"), "\n## To do X, open Y\n")
	table, _, ended := strings.Cut(table, "\n## ")
	if !found || !ended {
		t.Fatal("there is no such table")
	}
	named := regexp.MustCompile("`([\\w/.]+\\.(?:go|tmpl))`").FindAllStringSubmatch(table, -1)
	if len(named) < 20 {
		t.Fatalf("only %d files are named", len(named))
	}
	for _, name := range named {
		path := name[1]
		if !strings.HasPrefix(path, "templates/") {
			path = "internal/" + path
		}
		files, err := filepath.Glob(filepath.Join(root, strings.ReplaceAll(path, "NAME", "*")))
		if err != nil || len(files) == 0 {
			t.Errorf("%s is named, but there is no such file (%v)", name[1], err)
		}
	}
}

// declarations are the names of packages and types, and what each of them has, as
// "owner.member".
func declarations(t *testing.T) (owners, members map[string]bool) {
	t.Helper()
	owners, members = map[string]bool{}, map[string]bool{}
	add := func(owner, member string) {
		owners[owner] = true
		members[owner+"."+member] = true
	}
	files := find(t, "internal", func(path string) bool {
		return strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go")
	})
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), "", read(t, filepath.ToSlash(file)), parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, declared := range parsed.Decls {
			switch declared := declared.(type) {
			case *ast.FuncDecl:
				if owner := receiver(declared); owner != "" {
					add(owner, declared.Name.Name)
				} else {
					add(parsed.Name.Name, declared.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range declared.Specs {
					addSpec(parsed.Name.Name, spec, add)
				}
			}
		}
	}
	return owners, members
}

// receiver names the type that a method is one of; empty: it is a function.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	of := f.Recv.List[0].Type
	if pointer, ok := of.(*ast.StarExpr); ok {
		of = pointer.X
	}
	name, _ := of.(*ast.Ident)
	if name == nil {
		return ""
	}
	return name.Name
}

func addSpec(pkg string, spec ast.Spec, add func(owner, member string)) {
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			add(pkg, name.Name)
		}
	case *ast.TypeSpec:
		add(pkg, spec.Name.Name)
		var fields *ast.FieldList
		switch of := spec.Type.(type) {
		case *ast.StructType:
			fields = of.Fields
		case *ast.InterfaceType:
			fields = of.Methods
		}
		if fields == nil {
			return
		}
		for _, field := range fields.List {
			for _, name := range field.Names {
				add(spec.Name.Name, name.Name)
			}
		}
	}
}
