package doctor

import "strings"

// challenge is one of WWW-Authenticate (RFC 9110 §11.6.1).
type challenge struct {
	scheme string            // lower case
	params map[string]string // by lower-case name; the first of each name
}

// parseChallenges reads the values of WWW-Authenticate. It is lenient: what cannot be read is passed over.
func parseChallenges(values []string) []challenge {
	var out []challenge
	for _, v := range values {
		p := &challengeParser{s: v}
		for p.skip(" \t,"); p.i < len(p.s); p.skip(" \t,") {
			name := p.token()
			if name == "" {
				p.i++ // no token starts here
				continue
			}
			p.skip(" \t")
			if p.peek() != '=' {
				out = append(out, challenge{scheme: strings.ToLower(name), params: map[string]string{}})
				continue
			}
			p.i++
			if p.peek() == '=' { // the padding of a token68
				p.skip("=")
				continue
			}
			p.skip(" \t")
			value := p.value()
			if len(out) == 0 {
				continue
			}
			if params := out[len(out)-1].params; params[strings.ToLower(name)] == "" {
				params[strings.ToLower(name)] = value
			}
		}
	}
	return out
}

type challengeParser struct {
	s string
	i int
}

func (p *challengeParser) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

func (p *challengeParser) skip(chars string) {
	for p.i < len(p.s) && strings.IndexByte(chars, p.s[p.i]) >= 0 {
		p.i++
	}
}

// token reads a token (RFC 9110 §5.6.2), or what of a token68 is none.
func (p *challengeParser) token() string {
	start := p.i
	for p.i < len(p.s) && strings.IndexByte(" \t,=\"()<>@:;\\[]?{}", p.s[p.i]) < 0 && p.s[p.i] > ' ' && p.s[p.i] < 0x7f {
		p.i++
	}
	return p.s[start:p.i]
}

// value reads a token or a quoted string.
func (p *challengeParser) value() string {
	if p.peek() != '"' {
		return p.token()
	}
	var b strings.Builder
	for p.i++; p.i < len(p.s); p.i++ {
		switch c := p.s[p.i]; {
		case c == '"':
			p.i++
			return b.String()
		case c == '\\' && p.i+1 < len(p.s):
			p.i++
			b.WriteByte(p.s[p.i])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
