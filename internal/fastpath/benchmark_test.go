package fastpath_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
)

// The calls that a plan makes for every number.

func BenchmarkUpgradeResourceState(b *testing.B) {
	w := newWorld(b)
	stored := w.stored(w.own(1)[0].state)
	b.ReportAllocs()
	for b.Loop() {
		w.upgrade(stored)
	}
}

func BenchmarkReadResource(b *testing.B) {
	w := newWorld(b)
	numbers := w.own(20)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		w.read(numbers[i%len(numbers)])
	}
}

func BenchmarkValidateResourceConfig(b *testing.B) {
	w := newWorld(b)
	n := w.own(1)[0]
	b.ReportAllocs()
	for b.Loop() {
		w.validate(n.config)
	}
}

func BenchmarkPlanResourceChange(b *testing.B) {
	w := newWorld(b)
	n := w.own(1)[0]
	b.ReportAllocs()
	for b.Loop() {
		w.plan(n)
	}
}

// The plan of a creation, which is made twice for every number of an apply.
func BenchmarkPlanCreation(b *testing.B) {
	w := newWorld(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		w.planCreation(object(w.object, map[string]tftypes.Value{
			"phone_number": text(fmt.Sprintf("+1%010d", 2015550000+i)), "voice_url": text("https://example.com/voice"),
		}), true, nil)
	}
}

// What a process does before Terraform's first question, and to answer it.

func BenchmarkNewServer(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = provider.NewServer("test")()
	}
}

func BenchmarkGetProviderSchema(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		server := provider.NewServer("test")()
		if _, err := server.GetProviderSchema(b.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
			b.Fatal(err)
		}
	}
}
