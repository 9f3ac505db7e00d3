package fakeglue

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/magicbyte-go/magicbyte/registry/compat"
)

const (
	available = "AVAILABLE"
	pending   = "PENDING"
	failure   = "FAILURE"
	deleting  = "DELETING"
)

// input is what the calls may ask, all of them in one.
type input struct {
	SchemaID         schemaID `json:"SchemaId"`
	RegistryID       schemaID `json:"RegistryId"`
	SchemaName       string
	DataFormat       string
	Compatibility    string
	SchemaDefinition string
	SchemaVersionID  string `json:"SchemaVersionId"`
	Tags             map[string]string
	Number           struct {
		LatestVersion bool
		VersionNumber int
	} `json:"SchemaVersionNumber"`
	Pair struct{ MetadataKey, MetadataValue string } `json:"MetadataKeyValue"`
}

type schemaID struct{ RegistryName, SchemaName string }

// output is what they answer.
type output map[string]any

func (s *Server) answer(operation string, in input) (output, *Fault) {
	switch operation {
	case "CreateSchema":
		return s.create(in)
	case "RegisterSchemaVersion":
		return s.register(in)
	case "GetSchemaByDefinition":
		return s.byDefinition(in)
	case "GetSchemaVersion":
		return s.version(in)
	case "PutSchemaVersionMetadata":
		return s.putMetadata(in)
	case "GetSchema":
		return s.schema(in)
	default:
		return nil, &Fault{Status: 400, Code: "UnknownOperationException"}
	}
}

func missing(what string) *Fault {
	return &Fault{Status: 400, Code: "EntityNotFoundException", Message: what + " is not found."}
}

func invalid(format string, args ...any) *Fault {
	return &Fault{Status: 400, Code: "InvalidInputException", Message: fmt.Sprintf(format, args...)}
}

func (s *Server) find(id schemaID) (*schema, *Fault) {
	at := s.schemas[id.RegistryName+"/"+id.SchemaName]
	if at == nil {
		return nil, missing(fmt.Sprintf("Schema %s in %s", id.SchemaName, id.RegistryName))
	}
	return at, nil
}

func (s *Server) create(in input) (output, *Fault) {
	registry := in.RegistryID.RegistryName
	if registry != "default-registry" && !slices.Contains(s.Registries, registry) {
		return nil, missing("Registry " + registry)
	}
	key := registry + "/" + in.SchemaName
	if s.schemas[key] != nil {
		return nil, &Fault{Status: 400, Code: "AlreadyExistsException", Message: "Schema already exists: " + in.SchemaName}
	}
	if !json.Valid([]byte(in.SchemaDefinition)) {
		return nil, invalid("Schema definition of %s data format is invalid", in.DataFormat)
	}
	at := &schema{registry: registry, name: in.SchemaName, format: in.DataFormat, level: in.Compatibility, tags: in.Tags}
	s.schemas[key] = at
	v := s.add(at, in.SchemaDefinition)
	return output{"SchemaName": at.name, "SchemaVersionId": v.id, "SchemaVersionStatus": v.status, "LatestSchemaVersion": v.number, "Compatibility": at.level}, nil
}

func (s *Server) register(in input) (output, *Fault) {
	at, fault := s.find(in.SchemaID)
	if fault != nil {
		return nil, fault
	}
	v := at.withText(in.SchemaDefinition)
	switch {
	case v != nil:
	case at.level == "DISABLED":
		return nil, invalid("Compatibility DISABLED does not allow versioning. SchemaId: %s", at.name)
	case !json.Valid([]byte(in.SchemaDefinition)):
		return nil, invalid("Schema definition of %s data format is invalid", at.format)
	default:
		v = s.add(at, in.SchemaDefinition)
	}
	return output{"SchemaVersionId": v.id, "VersionNumber": v.number, "Status": v.status}, nil
}

// add makes a version, whose verdict shows once it is no longer pending.
func (s *Server) add(at *schema, text string) *version {
	v := &version{of: at, text: text, number: len(at.versions) + 1, status: pending, pending: s.Pending, verdict: at.verdict(text)}
	v.id = newID(at, v.number)
	if v.pending == 0 {
		v.status = v.verdict
	}
	at.versions = append(at.versions, v)
	s.versions[v.id] = v
	return v
}

// verdict is what the check of a version comes to.
func (at *schema) verdict(text string) string {
	level, err := compat.ParseLevel(strings.Replace(at.level, "_ALL", "_TRANSITIVE", 1))
	if err != nil || at.format != "AVRO" {
		return available
	}
	var earlier []compat.Schema
	for _, v := range at.versions {
		if v.status == available {
			earlier = append(earlier, compat.Schema{Version: v.number, Text: v.text})
		}
	}
	if !compat.Check(level, compat.Schema{Text: text}, earlier).Compatible() {
		return failure
	}
	return available
}

func (at *schema) withText(text string) *version {
	for _, v := range at.versions {
		if v.text == text && v.status != deleting {
			return v
		}
	}
	return nil
}

func (s *Server) byDefinition(in input) (output, *Fault) {
	at, fault := s.find(in.SchemaID)
	if fault != nil {
		return nil, fault
	}
	v := at.withText(in.SchemaDefinition)
	if v == nil {
		return nil, missing("Schema version of " + at.name)
	}
	return output{"SchemaVersionId": v.id, "DataFormat": at.format, "Status": v.status}, nil
}

func (s *Server) version(in input) (output, *Fault) {
	v := s.versions[in.SchemaVersionID]
	if in.SchemaVersionID == "" {
		at, fault := s.find(in.SchemaID)
		if fault != nil {
			return nil, fault
		}
		number := in.Number.VersionNumber
		if in.Number.LatestVersion {
			number = len(at.versions)
		}
		if number >= 1 && number <= len(at.versions) {
			v = at.versions[number-1]
		}
	}
	if v == nil || v.status == deleting {
		return nil, missing("Schema version")
	}
	out := output{
		"SchemaVersionId": v.id, "SchemaDefinition": v.text, "DataFormat": v.of.format, "VersionNumber": v.number, "Status": v.status,
	}
	if v.status == pending {
		if v.pending--; v.pending <= 0 {
			v.status = v.verdict // for who asks next
		}
	}
	return out, nil
}

func (s *Server) putMetadata(in input) (output, *Fault) {
	v := s.versions[in.SchemaVersionID]
	if v == nil {
		return nil, missing("Schema version")
	}
	if v.metadata == nil {
		v.metadata = map[string]string{}
	}
	v.metadata[in.Pair.MetadataKey] = in.Pair.MetadataValue
	return output{"SchemaVersionId": v.id}, nil
}

func (s *Server) schema(in input) (output, *Fault) {
	at, fault := s.find(in.SchemaID)
	if fault != nil {
		return nil, fault
	}
	return output{"SchemaName": at.name, "Compatibility": at.level, "LatestSchemaVersion": len(at.versions), "SchemaCheckpoint": 1}, nil
}
