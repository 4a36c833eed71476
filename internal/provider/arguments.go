package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// readBlock reads the arguments that the configuration sets in a service's
// block; unknown names those that are not known before apply; it is empty where
// the block itself is not, and nil where all are known. An empty string counts as not set: it is what a module's optional
// variable passes on.
func readBlock(
	ctx context.Context, config tfsdk.Config, name string,
) (configured platform.Arguments, unknown []string, diags diag.Diagnostics) {
	var block types.Object
	diags = config.GetAttribute(ctx, path.Root(name), &block)
	configured = platform.Arguments{}
	if block.IsUnknown() {
		return configured, []string{}, diags
	}
	for argument, value := range block.Attributes() {
		if value.IsUnknown() {
			unknown = append(unknown, argument)
		} else if text, ok := value.(types.String); ok && text.ValueString() != "" {
			configured[argument] = text.ValueString()
		}
	}
	slices.Sort(unknown)
	return configured, unknown, diags
}

// resolve joins what the configuration sets with the environment: an argument
// that is not in the configuration comes from its variable. Of credentials that
// are alternatives one is chosen; the environment's others are left out, except
// that a lesser one may stay beside a choice that is complete: a platform may
// need Twilio's auth token where an API key serves for Twilio itself.
func (s service) resolve(configured platform.Arguments) platform.Arguments {
	resolved := platform.Arguments{}
	for _, argument := range s.kind.Arguments {
		if value := os.Getenv(argument.Env); value != "" {
			resolved[argument.Name] = value
		}
	}
	chosen := s.choose(configured, resolved)
	maps.Copy(resolved, configured)
	lesser := false // than the chosen one, which stands before it
	for _, alternative := range s.alternatives {
		if chosen == nil || slices.Equal(alternative, chosen) {
			lesser = len(unset(alternative, resolved)) == 0
			continue
		}
		if !lesser {
			for _, name := range alternative {
				delete(resolved, name)
			}
		}
	}
	return resolved
}

// secrets are the values that nobody but services may see.
func (s service) secrets(resolved platform.Arguments) []string {
	var secrets []string
	for _, argument := range s.kind.Arguments {
		if value := resolved[argument.Name]; argument.Sensitive && value != "" {
			secrets = append(secrets, value)
		}
	}
	return secrets
}

// choose picks one of the alternative credentials: the one that the
// configuration sets any part of, else the best that the environment has all
// of. It returns nil if there is none.
func (s service) choose(configured, environment platform.Arguments) []string {
	for _, alternative := range s.alternatives {
		if len(unset(alternative, configured)) < len(alternative) {
			return alternative
		}
	}
	for _, alternative := range s.alternatives {
		if len(unset(alternative, environment)) == 0 {
			return alternative
		}
	}
	return nil
}

// unset returns those of the names that have no value.
func unset(names []string, arguments platform.Arguments) []string {
	var missing []string
	for _, name := range names {
		if arguments[name] == "" {
			missing = append(missing, name)
		}
	}
	return missing
}

// conflict returns arguments of different alternatives that the configuration
// sets side by side, one of each; fewer than two are no conflict.
func (s service) conflict(configured platform.Arguments) []string {
	var set []string
	for _, alternative := range s.alternatives {
		for _, name := range alternative {
			if configured[name] != "" {
				set = append(set, name)
				break
			}
		}
	}
	return set
}

// unavailable says which arguments and variables would make the service
// reachable: the one that is missing, and credentials if those are too.
func (s service) unavailable(missing *platform.MissingArgument, resolved platform.Arguments) error {
	needs := s.needs(missing.Names, resolved)
	if s.alternative(missing.Names[0]) == nil && s.alternatives != nil && s.choose(nil, resolved) == nil {
		var credentials []string
		for _, alternative := range s.alternatives {
			credentials = append(credentials, alternative[0])
		}
		needs += ". " + s.needs(credentials, resolved)
	}
	return errors.New(needs)
}

// unknown says that the service cannot be reached yet, and what to do.
func (s service) unknown(names []string) error {
	return fmt.Errorf("%s cannot be reached yet: in the provider's %s block, %s depends on something that is known only "+
		"after an apply; apply that first (with -target, or in a configuration of its own), or set a known value",
		s.kind.Title, s.kind.Name, cmp.Or(strings.Join(names, " and "), "every argument"))
}

// needs says that the service needs one of the arguments, and where to set it.
func (s service) needs(oneOf []string, resolved platform.Arguments) string {
	what := oneOf[0]
	if s.argument(what).Sensitive || s.alternative(what) != nil {
		what = "credentials"
	}
	text := fmt.Sprintf("%s needs %s:", s.kind.Title, what)
	for i, name := range oneOf {
		names := []string{name}
		if alternative := s.alternative(name); alternative != nil {
			names = unset(alternative, resolved)
		}
		variables := make([]string, 0, len(names))
		for _, name := range names {
			variables = append(variables, s.argument(name).Env)
		}
		arguments, environment := strings.Join(names, " with "), strings.Join(variables, " with ")
		if i == 0 {
			text += fmt.Sprintf(" set %s in the provider's %s block or %s", arguments, s.kind.Name, environment)
		} else {
			text += fmt.Sprintf(" (or %s, %s)", arguments, environment)
		}
	}
	return text
}

// alternative returns the alternative that an argument is part of, or nil.
func (s service) alternative(name string) []string {
	for _, alternative := range s.alternatives {
		if slices.Contains(alternative, name) {
			return alternative
		}
	}
	return nil
}

// argument returns the description of one of the service's arguments.
func (s service) argument(name string) platform.Argument {
	i := slices.IndexFunc(s.kind.Arguments, func(a platform.Argument) bool { return a.Name == name })
	if i < 0 {
		return platform.Argument{Name: name}
	}
	return s.kind.Arguments[i]
}
