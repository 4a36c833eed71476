// Package fastpath answers the calls that Terraform makes for every number in
// every plan, where the answer is that nothing changes or that a number is
// created, without the framework's general machinery. That machinery looks up
// every attribute by its path, and copies all attributes of the schema for each
// step of each path, so its cost grows with the square of their number.
//
// A fast answer is never a guess. Each call is decoded to the values that the
// framework would hand to the resource, and the resource's own code decides on
// them, the same that the framework calls:
//
//   - UpgradeResourceState, of the current schema's version: the state is
//     answered as it was stored. Only a state that has every attribute of this
//     schema, each once and of its own type, is taken.
//   - ReadResource: the services are asked, as always, and what follows is
//     answered; where nothing has changed, the very state that was sent.
//   - ValidateResourceConfig: the validators of those attributes that are set are
//     run, as the framework runs them, and the resource's ValidateConfig. If none
//     has anything to say, so does the answer.
//   - PlanResourceChange, with a proposal that is the prior state byte for byte:
//     the resource plans. If the plan is that state and there is nothing to say,
//     that one is answered.
//   - PlanResourceChange, with no prior state: the resource plans, from what the
//     schema makes of the configuration, and all that it says is answered.
//
// Whatever is not so goes to the framework as it came: a change and a last plan,
// an import, another type of resource, something to say where nothing changes, a
// value in another encoding.
package fastpath

import (
	"context"
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Resource decides. Its methods get objects of its schema, and private state as
// Terraform keeps it.
type Resource interface {
	Schema() schema.Schema

	// IsValid says that there is nothing to say of a configuration.
	IsValid(config map[string]attr.Value) bool

	// IsSettled says that the plan for a configuration, for which the state is
	// proposed, is that state, and that there is nothing to say.
	IsSettled(ctx context.Context, config, state map[string]attr.Value, private []byte) bool

	// PlanCreation plans a number that is not in state, from what the schema alone
	// makes of a configuration. It changes private state, by its keys, and is asked
	// once for each plan.
	PlanCreation(ctx context.Context, config, plan map[string]attr.Value, private map[string][]byte) (
		planned map[string]attr.Value, _ diag.Diagnostics)

	// Read brings a state up to date: nil attributes if its number is gone, and a nil
	// identity if that stays as it is. False says that nobody was asked, and that the
	// framework is to read.
	Read(ctx context.Context, state map[string]attr.Value, private []byte) (
		after map[string]attr.Value, privateAfter []byte, identity map[string]any, _ diag.Diagnostics, ok bool)
}

// framework is the server that everything else goes to.
type framework interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// Server is a provider's server with fast paths for one type of resource.
type Server struct {
	framework

	typeName string
	// paths are made when they are first needed: Terraform starts some processes
	// for the schema alone.
	paths func() *paths
}

// New puts fast paths for the resource of that type before the framework's
// server.
func New(server tfprotov6.ProviderServer, typeName string, resource func() Resource) *Server {
	all, ok := server.(framework)
	if !ok {
		panic(fmt.Sprintf("a %T lacks methods of the framework's server", server)) // of another version of it
	}
	return &Server{
		framework: all, typeName: typeName, paths: sync.OnceValue(func() *paths { return newPaths(resource()) }),
	}
}

// UpgradeResourceState takes a state as it was stored.
func (s *Server) UpgradeResourceState(
	ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	if req.TypeName == s.typeName {
		if resp := s.paths().upgrade(req); resp != nil {
			return resp, nil
		}
	}
	ctx, end := forCall(ctx)
	defer end()
	return s.framework.UpgradeResourceState(ctx, req)
}

// ReadResource reads a number that is in state.
func (s *Server) ReadResource(
	ctx context.Context, req *tfprotov6.ReadResourceRequest,
) (*tfprotov6.ReadResourceResponse, error) {
	if req.TypeName == s.typeName {
		if resp := s.paths().read(ctx, req); resp != nil {
			return resp, nil
		}
	}
	ctx, end := forCall(ctx)
	defer end()
	return s.framework.ReadResource(ctx, req)
}

// ValidateResourceConfig validates a configuration of which there is nothing to say.
func (s *Server) ValidateResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	if req.TypeName == s.typeName {
		if resp := s.paths().validate(ctx, req); resp != nil {
			return resp, nil
		}
	}
	ctx, end := forCall(ctx)
	defer end()
	return s.framework.ValidateResourceConfig(ctx, req)
}

// PlanResourceChange plans a creation, or that nothing changes.
func (s *Server) PlanResourceChange(
	ctx context.Context, req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	if req.TypeName == s.typeName {
		if resp := s.paths().plan(ctx, req); resp != nil {
			return resp, nil
		}
	}
	ctx, end := forCall(ctx)
	defer end()
	return s.framework.PlanResourceChange(ctx, req)
}

// ApplyResourceChange has no fast path.
func (s *Server) ApplyResourceChange(
	ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	ctx, end := forCall(ctx)
	defer end()
	return s.framework.ApplyResourceChange(ctx, req)
}
