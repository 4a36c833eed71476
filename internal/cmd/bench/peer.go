//go:build unix

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// account is the Twilio account that the environment names.
type account struct {
	numbers, sid, token string
	client              *http.Client
}

func newAccount() account {
	sid := os.Getenv("TWILIO_ACCOUNT_SID")
	return account{
		numbers: os.Getenv("TWILIO_BASE_URL") + "/2010-04-01/Accounts/" + sid + "/IncomingPhoneNumbers",
		sid:     sid, token: os.Getenv("TWILIO_AUTH_TOKEN"),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}},
	}
}

func (a account) resource(r resource.Resource) resource.Resource { return peerResource{r, a} }

// ask sends one request, and decodes the answer if there is one.
func (a account) ask(ctx context.Context, method, at string, form url.Values, to any) error {
	req, err := http.NewRequestWithContext(ctx, method, a.numbers+at, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.SetBasicAuth(a.sid, a.token)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := a.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s: %s", method, at, resp.Status, body)
	}
	if to == nil {
		return nil
	}
	return json.Unmarshal(body, to)
}

// peerResource has this resource's schema, and works as other providers do: a write and a read for a creation, a read
// for a refresh, a write for a destroy.
type peerResource struct {
	resource.Resource

	account account
}

// twilioNumber is what it reads of a number.
type twilioNumber struct {
	SID          string `json:"sid"`
	FriendlyName string `json:"friendly_name"`
	VoiceURL     string `json:"voice_url"`
}

// Create buys the number with its wiring, or looks it up and wires it.
func (p peerResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	diags := &resp.Diagnostics
	idleResource{}.Create(ctx, req, resp)
	var name, phoneNumber, voiceURL string
	for attribute, to := range map[string]*string{"phone_number": &phoneNumber, "friendly_name": &name, "voice_url": &voiceURL} {
		diags.Append(req.Plan.GetAttribute(ctx, path.Root(attribute), to)...)
	}
	if diags.HasError() {
		return
	}
	form := url.Values{"FriendlyName": {name}, "VoiceUrl": {voiceURL}}
	var n twilioNumber
	var err error
	if releases(ctx, req.Plan.GetAttribute, diags) {
		form.Set("PhoneNumber", phoneNumber)
		if err = p.account.ask(ctx, http.MethodPost, ".json", form, &n); err == nil {
			err = p.account.ask(ctx, http.MethodGet, "/"+n.SID+".json", nil, &n)
		}
	} else {
		var list struct {
			Numbers []twilioNumber `json:"incoming_phone_numbers"`
		}
		err = p.account.ask(ctx, http.MethodGet, ".json?"+url.Values{"PhoneNumber": {phoneNumber}}.Encode(), nil, &list)
		if err == nil && len(list.Numbers) == 1 {
			err = p.account.ask(ctx, http.MethodPost, "/"+list.Numbers[0].SID+".json", form, &n)
		}
	}
	if err != nil {
		diags.AddError("Unable to create", err.Error())
		return
	}
	diags.Append(resp.State.SetAttribute(ctx, path.Root("id"), phoneNumber)...)
	diags.Append(resp.State.SetAttribute(ctx, path.Root("sid"), n.SID)...)
}

// Read reads the number.
func (p peerResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var n twilioNumber
	if err := p.account.ask(ctx, http.MethodGet, p.at(ctx, req.State.GetAttribute, &resp.Diagnostics), nil, &n); err != nil {
		resp.Diagnostics.AddError("Unable to read", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("friendly_name"), n.FriendlyName)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("voice_url"), n.VoiceURL)...)
}

// Delete releases the number, or clears its wiring.
func (p peerResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	at, method, form := p.at(ctx, req.State.GetAttribute, &resp.Diagnostics), http.MethodPost, url.Values{"VoiceUrl": {""}}
	if releases(ctx, req.State.GetAttribute, &resp.Diagnostics) {
		method, form = http.MethodDelete, nil
	}
	if err := p.account.ask(ctx, method, at, form, nil); err != nil {
		resp.Diagnostics.AddError("Unable to destroy", err.Error())
	}
}

// Update does nothing: nothing is changed here.
func (peerResource) Update(context.Context, resource.UpdateRequest, *resource.UpdateResponse) {}

type getAttribute = func(context.Context, path.Path, any) diag.Diagnostics

// at is where the number is.
func (peerResource) at(ctx context.Context, get getAttribute, diags *diag.Diagnostics) string {
	var sid string
	diags.Append(get(ctx, path.Root("sid"), &sid)...)
	return "/" + sid + ".json"
}

// releases says that the number is bought, and given up by a destroy.
func releases(ctx context.Context, get getAttribute, diags *diag.Diagnostics) bool {
	var action types.String // unknown in a plan without it
	diags.Append(get(ctx, path.Root("release_on_destroy"), &action)...)
	return action.ValueString() == "release"
}
