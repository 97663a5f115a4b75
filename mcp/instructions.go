package mcp

import "strings"

// instructions is the text that teaches an agent how to use the tools, from
// the tools that there are.
func (s *Server) instructions() string {
	if s.cfg.Instructions != "" {
		return s.cfg.Instructions
	}
	var steps []string
	if s.tools[ToolSearch] != nil {
		steps = append(steps, "search with keywords for what you need. It returns the fields with their paths and the SDL to write the query with.")
	}
	if s.tools[ToolIntrospect] != nil {
		steps = append(steps, "introspect types that are still unclear. Pass known_types so that nothing is sent twice.")
	}
	if s.tools[ToolExecute] != nil {
		step := "execute the query. Ask only for fields that you need, pass values as variables, and page long lists with first/after. If it fails, the answer says how to correct it."
		if s.cfg.DocumentsEnforced {
			step = "execute a trusted document by document_id, or call the tool of its name. Other operations are refused."
		}
		steps = append(steps, step)
	}
	var b strings.Builder
	b.WriteString("This server opens a GraphQL API.")
	if s.cfg.Description != "" {
		b.WriteString(" " + s.cfg.Description)
	}
	for i, step := range steps {
		b.WriteString("\n" + string(rune('1'+i)) + ". " + step)
	}
	if s.tools[ToolMutate] != nil {
		b.WriteString("\nmutate changes data; try it with dry_run first.")
	}
	everybodys := func(d *Document) bool { return !d.Restricted } // all callers get the same text
	if names := s.documentTools(everybodys); len(names) > 0 {
		b.WriteString("\nPrefer a tool made for the purpose where there is one: " + strings.Join(names, ", ") + ".")
	}
	return b.String()
}
