// Command terraform-provider-telephony is the plugin that Terraform and
// OpenTofu start.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
)

//go:generate sh -c "go run ./internal/cmd/providerschema | go tool -modfile=internal/tools/go.mod tfplugindocs generate --provider-name telephony --providers-schema /dev/stdin"

// version is set at release by -ldflags "-X main.version=…".
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "serve until stopped, so that a debugger can be attached")
	flag.Parse()

	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address:         provider.Address,
		Debug:           *debug,
		ProtocolVersion: 6,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
