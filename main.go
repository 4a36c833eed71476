// Command terraform-provider-telephony is the plugin that Terraform and
// OpenTofu start.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/telephony-iac/terraform-provider-telephony/internal/process"
	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
)

//go:generate sh -c "go run ./internal/cmd/providerschema | go tool -modfile=internal/tools/go.mod tfplugindocs generate --provider-name telephony --providers-schema /dev/stdin"
//go:generate sh -c "go run ./internal/cmd/providerschema | go tool -modfile=internal/tools/go.mod tfplugindocs validate --provider-name telephony --providers-schema /dev/stdin"

// version is set at release by -ldflags "-X main.version=…".
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "serve until stopped, so that a debugger can be attached")
	flag.Parse()

	var options []tf6server.ServeOpt
	if *debug {
		options = append(options, tf6server.WithManagedDebug())
	} else {
		process.Tune()
	}
	if err := tf6server.Serve(provider.Address, provider.NewServer(version), options...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
