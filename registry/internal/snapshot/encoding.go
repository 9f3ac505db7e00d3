package snapshot

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/magicbyte-go/magicbyte/serde"
)

// body is the answers as they stand in a file. Texts stand there once, however many answers have them.
type body struct {
	Owner
	Texts   []string `json:"texts"`
	Answers []record `json:"answers"`
}

type record struct {
	Kind  Kind  `json:"kind"`
	Seen  int64 `json:"seen"` // ms since 1970
	Asked asked `json:"asked"`

	ID         int32       `json:"id,omitempty"`
	GUID       string      `json:"guid,omitempty"`
	Glue       string      `json:"glue,omitempty"` // in place of ID
	Subject    string      `json:"subject,omitempty"`
	Version    int         `json:"version,omitempty"`
	Type       string      `json:"type,omitempty"`
	Text       *int        `json:"text,omitempty"` // in Texts
	References []reference `json:"references,omitempty"`

	Status  int    `json:"status,omitempty"`
	Code    int    `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
}

type asked struct {
	Context    string `json:"context,omitempty"`
	ID         int32  `json:"id,omitempty"`
	GUID       string `json:"guid,omitempty"`
	Glue       string `json:"glue,omitempty"`
	Subject    string `json:"subject,omitempty"`
	Version    int    `json:"version,omitempty"`
	Type       string `json:"type,omitempty"`
	Text       *int   `json:"text,omitempty"` // in Texts
	References string `json:"references,omitempty"`
}

type reference struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

func encode(owner Owner, answers map[Key]Answer) ([]byte, error) {
	out := body{Owner: owner}
	places := map[string]int{}
	place := func(text string) *int {
		if text == "" {
			return nil
		}
		i, ok := places[text]
		if !ok {
			i = len(out.Texts)
			places[text] = i
			out.Texts = append(out.Texts, text)
		}
		return &i
	}
	for key, a := range answers {
		r := record{
			Kind: key.Kind, Seen: a.Seen.UnixMilli(),
			Asked: asked{
				Context: key.Context, Subject: key.Subject, Version: key.Version,
				Type: key.Type, Text: place(key.Text), References: key.References,
			},
			Subject: a.Schema.Subject, Version: a.Schema.Version, Type: a.Schema.Type, Text: place(a.Schema.Text),
			Status: a.Missing.Status, Code: a.Missing.Code, Message: a.Missing.Message,
		}
		r.Asked.ID, r.Asked.GUID, r.Asked.Glue = idText(key.ID)
		r.ID, _, r.Glue = idText(a.Schema.ID)
		_, r.GUID, _ = idText(a.Schema.GUID)
		for _, ref := range a.Schema.References {
			r.References = append(r.References, reference(ref))
		}
		out.Answers = append(out.Answers, r)
	}
	return json.Marshal(out)
}

func idText(id serde.SchemaID) (number int32, guid, glue string) {
	if n, ok := id.Number(); ok {
		return n, "", ""
	}
	if _, ok := id.GUID(); ok {
		return 0, id.String(), ""
	}
	if _, ok := id.Glue(); ok {
		return 0, "", id.String()
	}
	return 0, "", ""
}

func decode(content []byte, owner Owner) (map[Key]Answer, error) {
	var in body
	if err := json.Unmarshal(content, &in); err != nil {
		return nil, errors.New("it does not parse")
	}
	if err := owner.check(in.Owner); err != nil {
		return nil, err
	}
	answers, now := make(map[Key]Answer, len(in.Answers)), time.Now()
	for i, r := range in.Answers {
		key, a, err := in.answer(r)
		if err != nil {
			return nil, fmt.Errorf("its answer %d cannot be used: %w", i, err)
		}
		if a.Seen.After(now) { // the clock was ahead: such an answer is later than none, or it would hide all others until then
			a.Seen = time.UnixMilli(0)
		}
		answers[key] = a
	}
	return answers, nil
}

func (b *body) answer(r record) (Key, Answer, error) {
	var problems []error
	text := func(i *int) string {
		if i == nil {
			return ""
		}
		if *i < 0 || *i >= len(b.Texts) {
			problems = append(problems, errors.New("it has no text"))
			return ""
		}
		return b.Texts[*i]
	}
	id := func(number int32, guid, glue string) serde.SchemaID {
		parse, text := serde.ParseGUID, guid
		switch {
		case number > 0:
			return serde.NumberID(number)
		case glue != "":
			parse, text = serde.ParseGlueID, glue
		case guid == "":
			return serde.SchemaID{}
		}
		parsed, err := parse(text)
		if err != nil {
			problems = append(problems, errors.New("its GUID does not parse"))
		}
		return parsed
	}
	key := Key{
		Kind: r.Kind, Context: r.Asked.Context, ID: id(r.Asked.ID, r.Asked.GUID, r.Asked.Glue), Subject: r.Asked.Subject, Version: r.Asked.Version,
		Type: r.Asked.Type, Text: text(r.Asked.Text), References: r.Asked.References,
	}
	a := Answer{
		Schema: serde.RegisteredSchema{
			Schema: serde.Schema{Type: r.Type, Text: text(r.Text)},
			ID:     id(r.ID, "", r.Glue), GUID: id(0, r.GUID, ""), Subject: r.Subject, Version: r.Version,
		},
		Missing: Missing{Status: r.Status, Code: r.Code, Message: r.Message},
		Seen:    time.UnixMilli(r.Seen),
	}
	for _, ref := range r.References {
		a.Schema.References = append(a.Schema.References, serde.Reference(ref))
	}
	missing := a.Missing != Missing{}
	switch {
	case r.Kind == ByID && (key.ID.IsZero() || a.Schema.Text == ""),
		r.Kind == ByVersion && (key.Subject == "" || !missing && (a.Schema.Text == "" || a.Schema.ID.IsZero())),
		r.Kind == Registration && (key.Subject == "" || key.Text == "" || a.Schema.ID.IsZero()),
		r.Kind != ByID && r.Kind != ByVersion && r.Kind != Registration:
		problems = append(problems, fmt.Errorf("it is no answer to a question by %.20q", r.Kind))
	}
	return key, a, errors.Join(problems...)
}
