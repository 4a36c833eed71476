package oaicheck

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// document is a file of one service, by the beginnings of the paths that it is asked about. Where two fit, the first
// counts.
type document struct {
	service simulator.Service
	file    string
	begins  []string
	// base is what the document's paths have in front of those below the service's base URL.
	base string
}

// documents is the one table of them. What a service is asked and no row fits fails, unless a relaxation has its path.
var documents = []*document{
	{service: simulator.Twilio, file: "twilio_api_v2010.json", begins: []string{"/2010-04-01/"}},
	{service: simulator.Twilio, file: "twilio_trunking_v1.json", begins: []string{"/v1/Trunks"}},
	{service: simulator.Twilio, file: "twilio_messaging_v1.json", begins: []string{"/v1/Services"}},
	{service: simulator.Twilio, file: "twilio_pricing_v1.json", begins: []string{"/v1/PhoneNumbers/", "/v1/Voice/Countries"}},
	{service: simulator.Twilio, file: "twilio_voice_v1.json", begins: []string{"/v1/"}},
	{service: simulator.Twilio, file: "twilio_routes_v2.json", begins: []string{"/v2/"}},
	{service: simulator.Resemble, file: "resemble.json", begins: []string{"/"}},
	{service: simulator.DialNexa, file: "dialnexa.json", begins: []string{"/"}, base: "/v1"},
	{service: simulator.Retell, file: "retell.json", begins: []string{"/"}},
	{service: simulator.Vapi, file: "vapi.json", begins: []string{"/"}},
}

// documentOf is the document of what a service is asked, with the path as the document has it; nil: there is none.
func documentOf(service simulator.Service, path string) (*document, string) {
	for _, d := range documents {
		if d.service != service {
			continue
		}
		for _, begin := range d.begins {
			if strings.HasPrefix(path, begin) {
				return d, d.base + path
			}
		}
	}
	return nil, path
}

// isDocumented says whether there is a document of the service.
func isDocumented(service simulator.Service) bool {
	for _, d := range documents {
		if d.service == service {
			return true
		}
	}
	return false
}

// routing keeps the router of each file, since reading the largest takes a second: a process reads what it needs, once.
var routing sync.Map // path of the file → func() (routers.Router, error)

// router is the document, read from the directory.
func (d *document) router(dir string) (routers.Router, error) {
	path := filepath.Join(dir, d.file)
	once, found := routing.Load(path)
	if !found {
		once, _ = routing.LoadOrStore(path, sync.OnceValues(func() (routers.Router, error) { return route(path) }))
	}
	load, ok := once.(func() (routers.Router, error))
	if !ok {
		return nil, fmt.Errorf("routing holds a %T", once)
	}
	return load()
}

func route(path string) (routers.Router, error) {
	doc, err := read(path)
	if err != nil {
		return nil, err
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("routing %s: %w", path, err)
	}
	return router, nil
}

// read reads a document, which then stands for one server, since the simulator answers for all hosts, and allows no
// member that it does not name: a misspelt one is neither sent nor answered unnoticed.
func read(path string) (*openapi3.T, error) {
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	doc.Servers = nil
	for _, item := range doc.Paths.Map() {
		item.Servers = nil
		for _, operation := range item.Operations() {
			operation.Servers = nil
		}
	}
	closed := closer{}
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			if operation.RequestBody != nil {
				closed.content(operation.RequestBody.Value.Content)
			}
			for _, response := range operation.Responses.Map() {
				closed.content(response.Value.Content)
			}
		}
	}
	return doc, nil
}

// closer closes the objects of a document: they have the members that the document names, and no others. What is put
// together with allOf stays open, since each part alone names too few.
type closer map[*openapi3.Schema]bool

func (c closer) content(content openapi3.Content) {
	for _, media := range content {
		c.close(media.Schema)
	}
}

func (c closer) close(ref *openapi3.SchemaRef) {
	if ref == nil || ref.Value == nil || c[ref.Value] {
		return
	}
	s := ref.Value
	c[s] = true
	for _, property := range s.Properties {
		c.close(property)
	}
	c.close(s.Items)
	for _, choice := range append(slices.Clone(s.OneOf), s.AnyOf...) {
		c.close(choice)
	}
	whole := len(s.AllOf)+len(s.OneOf)+len(s.AnyOf) == 0
	if whole && len(s.Properties) > 0 && s.AdditionalProperties.Has == nil && s.AdditionalProperties.Schema == nil {
		no := false
		s.AdditionalProperties = openapi3.AdditionalProperties{Has: &no}
	}
}
