package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// controlPrefix is where a person or a script steers the simulator from outside; tests use the methods of Server.
//
//	GET    /_simulator/health         {"status":"ok"}
//	GET    /_simulator/requests       the request log
//	GET    /_simulator/state          what each service holds
//	POST   /_simulator/reset          forgets everything
//	POST   /_simulator/seed           adds a seed file
//	POST   /_simulator/faults         arms a fault
//	DELETE /_simulator/faults         disarms all faults
//	       /_simulator/<service>/…    what the service offers
const controlPrefix = "/_simulator/"

func (s *Server) serveControl(w http.ResponseWriter, r *http.Request, path string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		writeAnswer(w, controlError(http.StatusBadRequest, err))
		return
	}
	writeAnswer(w, s.control(r.Method, path, body))
}

func (s *Server) control(method, path string, body []byte) answer {
	switch method + " " + path {
	case "GET health":
		return jsonAnswer(http.StatusOK, map[string]string{"status": "ok"})
	case "GET requests":
		return jsonAnswer(http.StatusOK, loggedRequests(s.Requests()))
	case "GET state":
		return jsonAnswer(http.StatusOK, s.State())
	case "POST reset":
		s.Reset()
		return answer{status: http.StatusNoContent}
	case "POST seed":
		if err := s.Seed(bytes.NewReader(body)); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		return answer{status: http.StatusNoContent}
	case "POST faults":
		f, err := decodeFault(body)
		if err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		s.Inject(f)
		return answer{status: http.StatusNoContent}
	case "DELETE faults":
		s.ClearFaults()
		return answer{status: http.StatusNoContent}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name, rest, _ := strings.Cut(path, "/")
	if svc, ok := s.services[Service(name)]; ok {
		return svc.control(method, rest, body)
	}
	return noControl(method, path)
}

// noControl answers for a control path that does not exist.
func noControl(method, path string) answer {
	return controlError(http.StatusNotFound, fmt.Errorf("there is no %s %s", method, path))
}

func controlError(status int, err error) answer {
	return jsonAnswer(status, map[string]string{"error": err.Error()})
}

// decodeStrictly decodes JSON and refuses members that v does not have: a misspelt one would silently do nothing.
func decodeStrictly(data []byte, v any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after the JSON value")
	}
	return nil
}

// decodeFault decodes the JSON form of a Fault, in which the latency is written as in "250ms".
func decodeFault(data []byte) (Fault, error) {
	var in struct {
		Service     Service     `json:"service"`
		Method      string      `json:"method"`
		Path        string      `json:"path"`
		Skip        int         `json:"skip"`
		Times       int         `json:"times"`
		Latency     string      `json:"latency"`
		Status      int         `json:"status"`
		Header      http.Header `json:"header"`
		Body        string      `json:"body"`
		Hang        bool        `json:"hang"`
		AfterEffect bool        `json:"after_effect"`
		Cut         Cut         `json:"cut"`
		Truncate    bool        `json:"truncate"`
		Stall       bool        `json:"stall"`
		Garble      bool        `json:"garble"`
	}
	if err := decodeStrictly(data, &in); err != nil {
		return Fault{}, err
	}
	f := Fault{
		Service: in.Service, Method: in.Method, Path: in.Path, Skip: in.Skip, Times: in.Times,
		Status: in.Status, Header: in.Header, Body: in.Body, Hang: in.Hang, AfterEffect: in.AfterEffect,
		Cut: in.Cut, Truncate: in.Truncate, Stall: in.Stall, Garble: in.Garble,
	}
	if in.Latency != "" {
		latency, err := time.ParseDuration(in.Latency)
		if err != nil {
			return Fault{}, err
		}
		f.Latency = latency
	}
	switch in.Cut {
	case "", CutBefore, CutAfter:
	default:
		return Fault{}, fmt.Errorf("cut is %q or %q, not %q", CutBefore, CutAfter, in.Cut)
	}
	return f, nil
}

// loggedRequest is the JSON form of a Request.
type loggedRequest struct {
	At      int        `json:"at"`
	Service Service    `json:"service"`
	Method  string     `json:"method"`
	Path    string     `json:"path"`
	Query   url.Values `json:"query,omitempty"`
	Form    url.Values `json:"form,omitempty"`
	Body    string     `json:"body,omitempty"` // unless it is shown as a form
	User    string     `json:"user,omitempty"`
	Status  int        `json:"status"`
}

func loggedRequests(requests []Request) []loggedRequest {
	log := make([]loggedRequest, len(requests))
	for i, r := range requests {
		log[i] = loggedRequest{r.At, r.Service, r.Method, r.Path, r.Query, r.Form, "", r.User, r.Status}
		if len(r.Form) == 0 {
			log[i].Body = string(r.Body)
		}
	}
	return log
}
