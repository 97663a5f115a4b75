package plan

import "github.com/sluice-gateway/sluice/graph/schema"

// Document is a plan as JSON shows it.
type Document struct {
	Rounds   int             `json:"rounds"`
	Fetches  int             `json:"fetches"`
	Requests []RequestDetail `json:"requests"`
	Optimal  bool            `json:"optimal"`
}

// RequestDetail is one request to a subgraph.
type RequestDetail struct {
	ID        int          `json:"id"`
	Round     int          `json:"round"`
	Subgraph  string       `json:"subgraph"`
	Kind      string       `json:"kind"`
	After     []int        `json:"after"`
	Operation string       `json:"operation"`
	Variables []string     `json:"variables"`
	Parts     []PartDetail `json:"parts"`
}

// PartDetail is one logical fetch of a request.
type PartDetail struct {
	Path            string   `json:"path"` // "root", or field names joined by dots, "@" for lists
	Representations []string `json:"representations"`
}

// JSON returns the plan in a form for encoding.
func (p *Plan) JSON(s *schema.Schema) Document {
	d := Document{Rounds: p.Waves, Optimal: p.Optimal, Requests: []RequestDetail{}}
	for i := range p.Fetches {
		f := &p.Fetches[i]
		r := RequestDetail{
			ID: int(f.ID), Round: f.Wave, Subgraph: s.Subgraphs[f.Subgraph].Name, Kind: f.Kind.String(), After: []int{},
			Operation: f.Document, Variables: append([]string{}, f.Variables...), Parts: []PartDetail{},
		}
		for _, a := range f.DependsOn {
			r.After = append(r.After, int(a))
		}
		for j := range f.Parts {
			part := PartDetail{Path: p.Path(f.Parts[j].Position), Representations: []string{}}
			for k := range f.Parts[j].Representations {
				part.Representations = append(part.Representations, representationText(s, &f.Parts[j].Representations[k]))
			}
			r.Parts = append(r.Parts, part)
			d.Fetches++
		}
		d.Requests = append(d.Requests, r)
	}
	return d
}
