//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// programs are what is run.
type programs struct {
	dir       string
	cli       string // Terraform or OpenTofu
	bench     string // this program
	provider  string
	simulator string
}

func build(ctx context.Context, dir string) (programs, error) {
	p := programs{
		dir: dir, cli: os.Getenv("TF_ACC_TERRAFORM_PATH"),
		provider: filepath.Join(dir, "terraform-provider-telephony"), simulator: filepath.Join(dir, "simulate"),
	}
	var err error
	if p.cli == "" {
		if p.cli, err = exec.LookPath("terraform"); err != nil {
			return p, err
		}
	}
	if p.bench, err = os.Executable(); err != nil {
		return p, err
	}
	output, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", dir, ".",
		"./internal/cmd/simulate").CombinedOutput()
	if err != nil {
		return p, fmt.Errorf("building the provider and the simulator: %w\n%s", err, output)
	}
	return p, nil
}

// version is the first line that the CLI prints of itself.
func (p programs) version(ctx context.Context) string {
	cmd := exec.CommandContext(ctx, p.cli, "version")
	cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+os.DevNull, "CHECKPOINT_DISABLE=1")
	printed, err := cmd.Output()
	if err != nil {
		return err.Error()
	}
	line, _, _ := strings.Cut(string(printed), "\n")
	return line
}

// start is what a provider takes from its start to its schema.
type start struct {
	wall time.Duration
	used usage
	size int64 // of the program, in bytes
}

// measureStart starts the provider as the CLI does and asks for its schema, which the CLI does first. The fastest of
// many starts counts.
func (p programs) measureStart(ctx context.Context) (start, error) {
	info, err := os.Stat(p.provider)
	if err != nil {
		return start{}, err
	}
	best := start{size: info.Size()}
	for range 10 {
		cmd := exec.CommandContext(ctx, p.provider)
		client := plugin.NewClient(&plugin.ClientConfig{
			Cmd: cmd,
			HandshakeConfig: plugin.HandshakeConfig{
				ProtocolVersion: 6, MagicCookieKey: "TF_PLUGIN_MAGIC_COOKIE",
				MagicCookieValue: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
			},
			Plugins: plugin.PluginSet{"provider": connection{}}, AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
			AutoMTLS: true, SyncStderr: io.Discard, Logger: hclog.NewNullLogger(),
		})
		begun := time.Now()
		err := askSchema(ctx, client)
		wall := time.Since(begun)
		client.Kill()
		if err != nil {
			return start{}, fmt.Errorf("asking the provider for its schema: %w", err)
		}
		used := usageOf(cmd.ProcessState)
		if best.wall == 0 || wall < best.wall {
			best.wall = wall
		}
		if best.used.cpu == 0 || used.cpu < best.used.cpu {
			best.used = used
		}
	}
	return best, nil
}

func askSchema(ctx context.Context, client *plugin.Client) error {
	protocol, err := client.Client()
	if err != nil {
		return err
	}
	dispensed, err := protocol.Dispense("provider")
	if err != nil {
		return err
	}
	to, ok := dispensed.(*grpc.ClientConn)
	if !ok {
		return fmt.Errorf("the plugin is a %T", dispensed)
	}
	return to.Invoke(ctx, "/tfplugin6.Provider/GetProviderSchema", &emptypb.Empty{}, &emptypb.Empty{},
		grpc.MaxCallRecvMsgSize(64<<20))
}

// connection is a plugin of which only the connection is of use.
type connection struct {
	plugin.NetRPCUnsupportedPlugin
}

// GRPCServer is not of use.
func (connection) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error { return nil }

// GRPCClient is the connection.
func (connection) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, c *grpc.ClientConn) (any, error) {
	return c, nil
}
