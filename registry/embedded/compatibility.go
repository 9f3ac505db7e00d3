package embedded

import (
	"errors"
	"fmt"
	"slices"

	"github.com/magicbyte-go/magicbyte/registry/compat"
)

// clashes checks a candidate against what the subject's level asks for. It
// returns the lines of a verbose answer, none if all is well.
func (r *Registry) clashes(subject subjectName, p *prepared, c *call) ([]string, error) {
	return r.compare(subject, p, r.state.live(subject), c)
}

// live lists the versions that are not deleted.
func (s *state) live(subject subjectName) []*version {
	var live []*version
	for _, v := range s.versions(subject) {
		if !v.deleted {
			live = append(live, v)
		}
	}
	return live
}

// compare reports the newest version that clashes, and only that.
func (r *Registry) compare(subject subjectName, p *prepared, versions []*version, c *call) ([]string, error) {
	config := r.state.configOf(subject)
	level := config.level()
	if level == compat.None {
		return nil, nil
	}
	versions = grouped(config.text(groupMember), p, versions)
	if len(versions) == 0 {
		return nil, nil
	}
	if !level.Transitive() {
		versions = versions[len(versions)-1:]
	}
	validateFields := config.flag(validateFieldsMember, false)
	settings := fmt.Sprintf("{validateFields: '%t', compatibility: '%s'}", validateFields, level)
	if validateFields {
		if lines := reservedClashes(p, versions[len(versions)-1]); len(lines) > 0 {
			return append(lines, settings), nil
		}
	}
	other, list := r.state.earlier(p, versions)
	found, err := c.verdicts.get(c, question{level, p.avro, list}, question.equal, question.verdict)
	if err != nil {
		return nil, err
	}
	if other > found.clash {
		return []string{"Incompatible because of different schema type", settings}, nil
	}
	if found.lines == nil {
		return nil, nil
	}
	return append(slices.Clip(found.lines), settings), nil
}

// grouped leaves the versions whose group property is the candidate's.
func grouped(property string, p *prepared, versions []*version) []*version {
	if property == "" {
		return versions
	}
	var same []*version
	for _, v := range versions {
		if v.schema.metadata.property(property) == p.metadata.property(property) {
			same = append(same, v)
		}
	}
	return same
}

type compatibilityAnswer struct {
	Compatible bool      `json:"is_compatible"`
	Messages   *[]string `json:"messages,omitempty"` // with verbose=true alone
}

// checkAll checks against what the level asks for.
func (r *Registry) checkAll(c *call) (any, error) {
	subject := r.state.real(c.subject())
	return r.check(c, subject, func() ([]*version, error) {
		return r.state.live(subject), nil
	})
}

// checkOne checks against one version.
func (r *Registry) checkOne(c *call) (any, error) {
	number, err := c.version(1)
	if err != nil {
		return nil, err
	}
	subject := r.state.real(c.subject())
	return r.check(c, subject, func() ([]*version, error) {
		if number == latestVersion {
			if v := r.state.latest(subject); v != nil {
				return []*version{v}, nil
			}
			return nil, nil
		}
		v := r.state.find(versionKey{subject, number})
		if v == nil || v.deleted {
			return nil, errVersionNotFound(number)
		}
		return []*version{v}, nil
	})
}

func (r *Registry) check(c *call, subject subjectName, against func() ([]*version, error)) (any, error) {
	verbose := c.flag("verbose")
	err := c.requestErr
	var p *prepared
	var versions []*version
	if err == nil {
		if versions, err = against(); err != nil {
			return nil, err
		}
		p, err = r.candidate(subject, c.request, c, readWrite)
	}
	if invalid := (*failure)(nil); errors.As(err, &invalid) && invalid.Code == 42201 && verbose {
		return compatibilityAnswer{false, &[]string{invalid.Message}}, nil
	}
	if err != nil {
		return nil, err
	}
	lines, err := r.compare(subject, p, versions, c)
	if err != nil {
		return nil, err
	}
	answer := compatibilityAnswer{Compatible: len(lines) == 0}
	if verbose {
		if lines == nil {
			lines = []string{}
		}
		answer.Messages = &lines
	}
	return answer, nil
}
