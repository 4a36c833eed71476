package fastpath

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/vmihailenco/msgpack/v5"
)

// stored is an object of the schema as a state file holds it, the way the
// framework would answer it. It takes only what Terraform writes for this very
// schema: every attribute once, in order, and each of its own type.
func (s *shape) stored(text []byte) (*tfprotov6.DynamicValue, error) {
	from := json.NewDecoder(bytes.NewReader(text))
	from.UseNumber()
	var to bytes.Buffer
	to.Grow(len(text))
	if token, err := from.Token(); err != nil || token != json.Delim('{') {
		return nil, errors.Join(errUnusual, err)
	}
	if err := s.copyMembers(from, msgpack.NewEncoder(&to)); err != nil {
		return nil, err
	}
	if _, err := from.Token(); !errors.Is(err, io.EOF) {
		return nil, errUnusual
	}
	return &tfprotov6.DynamicValue{MsgPack: to.Bytes()}, nil
}

// copyMembers copies what follows the brace that opens an object.
func (s *shape) copyMembers(from *json.Decoder, to *msgpack.Encoder) error {
	if err := to.EncodeMapLen(len(s.names)); err != nil {
		return err
	}
	for _, name := range s.names {
		if token, err := from.Token(); err != nil || token != name {
			return errors.Join(errUnusual, err)
		}
		if err := to.EncodeString(name); err != nil {
			return err
		}
		if err := s.attributes[name].copyValue(from, to); err != nil {
			return err
		}
	}
	token, err := from.Token()
	if err != nil || token != json.Delim('}') {
		return errors.Join(errUnusual, err)
	}
	return nil
}

func (s *shape) copyValue(from *json.Decoder, to *msgpack.Encoder) error {
	token, err := from.Token()
	if err != nil {
		return err
	}
	if token == nil {
		return to.EncodeNil()
	}
	switch s.of.(type) {
	case basetypes.StringType:
		if text, ok := token.(string); ok {
			return to.EncodeString(text)
		}
	case basetypes.BoolType:
		if flag, ok := token.(bool); ok {
			return to.EncodeBool(flag)
		}
	case basetypes.Int64Type:
		if number, ok := token.(json.Number); ok {
			integer, err := number.Int64()
			if err != nil {
				return err
			}
			return to.EncodeInt(integer)
		}
	case basetypes.ListType, basetypes.SetType:
		if token == json.Delim('[') {
			return s.copyElements(from, to)
		}
	case basetypes.ObjectTypable:
		if s.attributes != nil && token == json.Delim('{') {
			return s.copyMembers(from, to)
		}
	}
	return errUnusual
}

// copyElements copies what follows the bracket that opens a list.
func (s *shape) copyElements(from *json.Decoder, to *msgpack.Encoder) error {
	var elements bytes.Buffer
	count := 0
	for inner := msgpack.NewEncoder(&elements); from.More(); count++ {
		if err := s.element.copyValue(from, inner); err != nil {
			return err
		}
	}
	if _, err := from.Token(); err != nil { // the other bracket
		return err
	}
	if err := to.EncodeArrayLen(count); err != nil {
		return err
	}
	_, err := to.Writer().Write(elements.Bytes())
	return err
}
