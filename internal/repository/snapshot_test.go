package repository

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const project = "terraform-provider-telephony"

// platforms are those that HashiCorp publishes its own providers for.
var platforms = []string{
	"darwin_amd64", "darwin_arm64",
	"freebsd_386", "freebsd_amd64", "freebsd_arm", "freebsd_arm64",
	"linux_386", "linux_amd64", "linux_arm", "linux_arm64",
	"windows_386", "windows_amd64", "windows_arm64",
}

var archiveName = regexp.MustCompile(`^` + project + `_(\d+\.\d+\.\d+[^_]*)_([a-z]+_[0-9a-z]+)\.zip$`)

// snapshot is what `make snapshot` has built.
type snapshot struct {
	dir, version string
	archives     map[string]string // names by platform
}

func openSnapshot(t *testing.T) snapshot {
	t.Helper()
	dir := os.Getenv("SNAPSHOT")
	if dir == "" {
		t.Skip("needs the archives of a release: use make snapshot")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	built := snapshot{dir: dir, archives: map[string]string{}}
	for _, entry := range entries {
		if match := archiveName.FindStringSubmatch(entry.Name()); match != nil {
			built.version = match[1]
			built.archives[match[2]] = entry.Name()
		} else if filepath.Ext(entry.Name()) == ".zip" {
			t.Errorf("the registries do not accept the name %s", entry.Name())
		}
	}
	return built
}

func TestSnapshotArchives(t *testing.T) {
	built := openSnapshot(t)
	if diff := cmp.Diff(platforms, slices.Sorted(maps.Keys(built.archives))); diff != "" {
		t.Errorf("archives by platform, want (-) and got (+):\n%s", diff)
	}
	for on, name := range built.archives {
		t.Run(on, func(t *testing.T) {
			binary := project + "_v" + built.version
			if strings.HasPrefix(on, "windows_") {
				binary += ".exe"
			}
			files := unpack(t, filepath.Join(built.dir, name))
			if diff := cmp.Diff([]string{"LICENSE", binary}, slices.Sorted(maps.Keys(files))); diff != "" {
				t.Fatalf("files, want (-) and got (+):\n%s", diff)
			}
			if !bytes.Contains(files[binary], []byte(built.version)) {
				t.Errorf("the binary does not know its version, %s", built.version)
			}
			info, err := buildinfo.Read(bytes.NewReader(files[binary]))
			if err != nil {
				t.Fatal(err)
			}
			settings := map[string]string{}
			for _, setting := range info.Settings {
				settings[setting.Key] = setting.Value
			}
			if got := settings["GOOS"] + "_" + settings["GOARCH"]; got != on {
				t.Errorf("the binary is for %s", got)
			}
			if settings["-trimpath"] != "true" || settings["CGO_ENABLED"] != "0" {
				t.Errorf("the binary depends on where it was built: %v", settings)
			}
		})
	}
}

// The Terraform Registry refuses a release whose checksums lack a file, or name one that it does not take.
func TestSnapshotChecksums(t *testing.T) {
	built := openSnapshot(t)
	want := map[string]string{
		project + "_" + built.version + "_manifest.json": sum(t, filepath.Join(root, "terraform-registry-manifest.json")),
	}
	for _, name := range built.archives {
		want[name] = sum(t, filepath.Join(built.dir, name))
	}
	got := map[string]string{}
	for line := range strings.Lines(string(load(t, filepath.Join(built.dir, project+"_"+built.version+"_SHA256SUMS")))) {
		digest, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		got[name] = digest
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("checksums, want (-) and got (+):\n%s", diff)
	}
}

func TestSnapshotInstalls(t *testing.T) {
	built := openSnapshot(t)
	cli := os.Getenv("TF_ACC_TERRAFORM_PATH")
	name, ok := built.archives[runtime.GOOS+"_"+runtime.GOARCH]
	if cli == "" || !ok {
		t.Skip("needs a Terraform or OpenTofu, and an archive for this platform: use make snapshot")
	}
	const source = "registry.terraform.io/telephony-iac/telephony"
	work, mirror := t.TempDir(), t.TempDir()
	packed := filepath.Join(mirror, filepath.FromSlash(source))
	if err := os.MkdirAll(packed, 0o750); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(packed, name), load(t, filepath.Join(built.dir, name)))
	config := filepath.Join(work, "cli.tfrc")
	write(t, config, fmt.Appendf(nil, "provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror))
	write(t, filepath.Join(work, "main.tf"), fmt.Appendf(nil, `terraform {
  required_providers {
    telephony = {
      source  = %q
      version = %q
    }
  }
}

output "number" {
  value = provider::telephony::e164("(415) 555-0100", "US")
}
`, source, built.version))
	for _, args := range [][]string{{"init", "-input=false"}, {"plan", "-input=false"}} {
		cmd := exec.CommandContext(t.Context(), cli, args...)
		cmd.Dir, cmd.Env = work, append(os.Environ(), "TF_CLI_CONFIG_FILE="+config, "CHECKPOINT_DISABLE=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", args[0], err, out)
		}
		if args[0] == "plan" && !strings.Contains(string(out), "+14155550100") {
			t.Errorf("the plan is not what the provider says:\n%s", out)
		}
	}
}

func unpack(t *testing.T, archive string) map[string][]byte {
	t.Helper()
	reader, err := zip.OpenReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close() //nolint:errcheck // only read
	files := map[string][]byte{}
	for _, file := range reader.File {
		content, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[file.Name], err = io.ReadAll(content); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func sum(t *testing.T, path string) string {
	t.Helper()
	return fmt.Sprintf("%x", sha256.Sum256(load(t, path)))
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
