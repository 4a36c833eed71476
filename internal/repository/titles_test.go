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
var verb = regexp.MustCompile(`%[+#]?(\[\d\])?[a-z]`)

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

// wordless are files with no message of a resource or a data source.
var wordless = regexp.MustCompile(`_test\.go$|/(cmd|acctest|faulttest|platformtest|simulator)/|/function_e164\.go$`)

// sources are the files of the provider, parsed.
func sources(t *testing.T) []*ast.File {
	t.Helper()
	files := find(t, "internal", func(path string) bool { return filepath.Ext(path) == ".go" && !wordless.MatchString(path) })
	var parsed []*ast.File
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, path), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, file)
	}
	return parsed
}

// allTitles are the titles of all errors and warnings, sorted.
func allTitles(t *testing.T) []string {
	t.Helper()
	makers := map[string]bool{}
	var titles []string
	parsed := sources(t)
	for _, file := range parsed {
		titles = append(titles, titlesIn(file, makers)...)
	}
	for _, file := range parsed {
		titles = append(titles, returned(file, makers)...)
	}
	slices.Sort(titles)
	return slices.Compact(titles)
}

// detailsIn are the texts below the titles that a file of the provider can print,
// in so far as they stand in its source.
func detailsIn(file *ast.File) []string {
	var details []string
	add := func(e ast.Expr) {
		if text := strings.TrimSpace(wording(e)); strings.Trim(text, "… ") != "" {
			details = append(details, text)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if at, ok := titled[called(n)]; ok && at+1 < len(n.Args) {
				add(n.Args[at+1])
			}
		case *ast.CompositeLit:
			kind, _ := n.Type.(*ast.SelectorExpr)
			for _, element := range n.Elts {
				member, ok := element.(*ast.KeyValueExpr)
				if !ok {
					continue
				}
				switch key, _ := member.Key.(*ast.Ident); {
				case key == nil:
				case key.Name == "Sentence", key.Name == "Detail" && kind != nil && kind.Sel.Name == "Refusal":
					add(member.Value)
				}
			}
		case *ast.AssignStmt:
			for i, to := range n.Lhs {
				if field, ok := to.(*ast.SelectorExpr); ok && field.Sel.Name == "StatusReason" && len(n.Lhs) == len(n.Rhs) {
					add(n.Rhs[i])
				}
				name, ok := to.(*ast.Ident)
				if ok && name.Name == "detail" && n.Tok == token.DEFINE && len(n.Lhs) == len(n.Rhs) {
					add(n.Rhs[i])
				}
			}
		}
		return true
	})
	return details
}

// The text below a title, a step of a destroy and a reason are sentences: a capital
// letter, the name of an argument or what is only known when it is printed first,
// and a full stop last. What a message is when it is printed, acctest's driver
// holds to the same.
func TestDetailsAreSentences(t *testing.T) {
	t.Parallel()
	wellFormed := regexp.MustCompile(`(?s)^(\p{Lu}|…|-|\w+_\w+).*[.…]$`)
	wordy := regexp.MustCompile(`(?i)\b(allows? (you )?to|please (check|make|note|ensure)|can be used to)\b`)
	count := 0
	for _, file := range sources(t) {
		for _, detail := range detailsIn(file) {
			count++
			if !wellFormed.MatchString(detail) || wordy.MatchString(detail) || strings.Contains(detail, "  ") {
				t.Errorf("%q", detail)
			}
		}
	}
	if count < 90 {
		t.Fatalf("only %d texts were found in the source", count)
	}
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
