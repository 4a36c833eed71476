package repository

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	fenced = regexp.MustCompile("(?ms)^ *(```+|~~~+).*?^ *(```+|~~~+) *$")
	code   = regexp.MustCompile("`[^`\n]*`")
	link   = regexp.MustCompile(`\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|(?m:^ {0,3}\[[^\]]+\]:\s+(\S+))|\b(?:href|src)="([^"]+)"`)

	heading   = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *#*$`)
	anchor    = regexp.MustCompile(`<a (?:id|name)="([^"]+)"`)
	linkLabel = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)

	elsewhere = regexp.MustCompile(`^[a-z][a-z+.-]*:|^//`)
)

// registry is where docs/ is published. A page of docs/ is read there and on GitHub, which resolve relative links
// differently.
const registry = "https://registry.terraform.io/providers/telephony-iac/telephony/latest/docs/"

func TestLinks(t *testing.T) {
	t.Parallel()
	files := []string{"README.md", "CHANGELOG.md"}
	for _, dir := range []string{"docs", "templates", ".github", "internal"} {
		files = append(files, find(t, dir, func(path string) bool {
			return strings.HasSuffix(strings.TrimSuffix(path, ".tmpl"), ".md")
		})...)
	}
	for _, file := range files {
		page := rendered(file)
		for _, match := range link.FindAllStringSubmatch(withoutCode(read(t, file)), -1) {
			target := match[1] + match[2] + match[3]
			var err error
			if published, ok := strings.CutPrefix(target, registry); ok {
				err = resolve("docs/", extended(published))
			} else if elsewhere.MatchString(target) || strings.Contains(target, "{{") {
				continue
			} else if strings.HasPrefix(page, "docs/") && !strings.HasPrefix(target, "#") {
				err = errors.New("the registry does not rewrite relative links: begin with " + registry)
			} else {
				err = resolve(page, target)
			}
			if err != nil {
				t.Errorf("%s links to %s: %v", file, target, err)
			}
		}
	}
}

// extended is a page of the registry as the file that it is made from.
func extended(page string) string {
	name, fragment, found := strings.Cut(page, "#")
	if found {
		fragment = "#" + fragment
	}
	return name + ".md" + fragment
}

// rendered is the page that a template becomes; another file is what it is.
func rendered(file string) string {
	if page, ok := strings.CutSuffix(file, ".tmpl"); ok {
		return "docs/" + strings.TrimPrefix(page, "templates/")
	}
	return file
}

// resolve looks for what a page links to, by the page's own folder.
func resolve(page, target string) error {
	file, fragment, _ := strings.Cut(target, "#")
	if file == "" {
		file = page
	} else {
		file = path.Join(path.Dir(page), file)
	}
	info, err := fs.Stat(os.DirFS(root), file)
	if err != nil {
		return err
	}
	if fragment == "" || info.IsDir() || path.Ext(file) != ".md" {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		return err
	}
	if !anchors(string(text))[fragment] {
		return fmt.Errorf("%s has no heading #%s", file, fragment)
	}
	return nil
}

// anchors are the fragments that GitHub and the registry make of headings, and
// those that a page names itself.
func anchors(text string) map[string]bool {
	found := map[string]bool{}
	for _, match := range anchor.FindAllStringSubmatch(text, -1) {
		found[match[1]] = true
	}
	for _, match := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		first := slug(match[1])
		name := first
		for again := 1; found[name]; again++ {
			name = fmt.Sprintf("%s-%d", first, again)
		}
		found[name] = true
	}
	return found
}

func slug(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, linkLabel.ReplaceAllString(heading, "$1"))
}

func withoutCode(text string) string {
	return code.ReplaceAllString(fenced.ReplaceAllString(text, ""), "")
}

func TestAnchors(t *testing.T) {
	t.Parallel()
	got := anchors("# `telephony_phone_number`: why?\n```sh\n# a comment\n```\n## Import\n## Import\n" +
		"### See [the *guide*](guide.md) & more\n<a id=\"nestedblock--nixflex\"></a>\n")
	for _, name := range []string{"telephony_phone_number-why", "import", "import-1", "see-the-guide--more", "nestedblock--nixflex"} {
		if !got[name] {
			t.Errorf("no #%s in %v", name, got)
		}
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("these are no anchors: %v", got)
	}
}
