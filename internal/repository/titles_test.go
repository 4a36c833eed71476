package repository

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// titled says which argument of a call is the title of a message.
var titled = map[string]int{
	"AddError": 0, "AddWarning": 0, "AddAttributeError": 1, "AddAttributeWarning": 1,
	"NewErrorDiagnostic": 0, "NewWarningDiagnostic": 0, "NewAttributeErrorDiagnostic": 1, "NewAttributeWarningDiagnostic": 1,
	"refuse": 0, // in a package that refuses in several words
}

// verb is what Sprintf replaces.
var verb = regexp.MustCompile(`%[+#]?[a-z]`)

// wording is an expression for a text, in which … stands for all that is only
// known when it runs.
func wording(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil {
			return text
		}
	case *ast.BinaryExpr:
		return wording(e.X) + wording(e.Y)
	case *ast.CallExpr:
		if called(e) == "Sprintf" {
			return verb.ReplaceAllString(wording(e.Args[0]), "…")
		}
	}
	return "…"
}

// called is the name of the function that is called.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// titlesIn are the titles that a file of the provider can print: those of its
// calls, of refusals, of what is called summary, and of the functions that return
// a title.
func titlesIn(file *ast.File, makers map[string]bool) []string {
	var titles []string
	add := func(e ast.Expr) {
		if title := wording(e); strings.Trim(title, "… ") != "" {
			titles = append(titles, title)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if at, ok := titled[called(n)]; ok && at < len(n.Args) {
				add(n.Args[at])
				if maker, ok := n.Args[at].(*ast.CallExpr); ok && called(maker) != "Sprintf" {
					makers[called(maker)] = true
				}
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Summary" {
				add(n.Value)
			}
		case *ast.AssignStmt:
			for i, to := range n.Lhs {
				name, ok := to.(*ast.Ident)
				if ok && name.Name == "summary" && n.Tok != token.ADD_ASSIGN && len(n.Lhs) == len(n.Rhs) {
					add(n.Rhs[i])
				}
			}
		}
		return true
	})
	return titles
}

// returned are the titles that the makers of titles return.
func returned(file *ast.File, makers map[string]bool) []string {
	var titles []string
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || !makers[f.Name.Name] {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) > 0 {
				if title := wording(r.Results[0]); strings.Trim(title, "… ") != "" {
					titles = append(titles, title)
				}
			}
			return true
		})
	}
	return titles
}

// allTitles are the titles of all errors and warnings, sorted.
func allTitles(t *testing.T) []string {
	t.Helper()
	files := find(t, "internal", func(path string) bool {
		return filepath.Ext(path) == ".go" && !strings.HasSuffix(path, "_test.go") && !strings.Contains(path, "/cmd/") &&
			filepath.Base(path) != "function_e164.go" && !strings.Contains(path, "/acctest/") && !strings.Contains(path, "/faulttest/")
	})
	var parsed []*ast.File
	makers := map[string]bool{}
	var titles []string
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, path), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, file)
		titles = append(titles, titlesIn(file, makers)...)
	}
	for _, file := range parsed {
		titles = append(titles, returned(file, makers)...)
	}
	slices.Sort(titles)
	return slices.Compact(titles)
}

// Every title that a user can look up is on the page, and no title that nothing
// prints any more.
func TestTroubleshootingHasEveryTitle(t *testing.T) {
	t.Parallel()
	page := read(t, "templates/guides/troubleshooting.md.tmpl")
	var shown []string
	for _, match := range regexp.MustCompile(`(?m)^### (.+)$`).FindAllStringSubmatch(page, -1) {
		shown = append(shown, strings.ReplaceAll(match[1], "`", ""))
	}
	printed := allTitles(t)
	if len(printed) < 50 {
		t.Fatalf("only %d titles were found in the source", len(printed))
	}
	for _, title := range printed {
		if !slices.Contains(shown, title) {
			t.Errorf("the page has no heading %q", title)
		}
	}
	for _, title := range shown {
		if !slices.Contains(printed, title) {
			t.Errorf("the page has a heading that nothing prints: %q", title)
		}
	}
}

// A title is a headline: a capital letter, a number or an argument first, and no
// full stop.
func TestTitlesAreHeadlines(t *testing.T) {
	t.Parallel()
	wellFormed := regexp.MustCompile(`^(\p{Lu}|…|\w+_\w+ ).*[^.!]$`)
	for _, title := range allTitles(t) {
		if !wellFormed.MatchString(title) || strings.Contains(title, "  ") {
			t.Errorf("%q", title)
		}
	}
}
