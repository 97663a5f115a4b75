package mcp

import (
	"bytes"
	"context"
	_ "embed" // the icon
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	mcpgo "github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"github.com/sluice-gateway/sluice/mcp/internal/rawjson"
)

//go:embed icon.png
var iconPNG []byte

// openLibrary sets mcp-go up: what it answers is initialize, server/discover,
// ping, tools/list, subscriptions/listen and unknown methods. It gets single
// messages, not its HTTP transport, which shares one session between all
// stateless clients, loses notifications, and answers some versions and headers
// wrongly. Without listChanged a listen stream ends at once and cannot hold up a
// shutdown; logging is off, since its level would be shared too.
func (s *Server) openLibrary() *mcpserver.MCPServer {
	icon := mcpgo.Icon{Src: "data:image/png;base64," + base64.StdEncoding.EncodeToString(iconPNG), MIMEType: "image/png", Sizes: []string{"48x48"}}
	library := mcpserver.NewMCPServer(s.cfg.Name, s.cfg.Version,
		mcpserver.WithTitle(s.cfg.Title),
		mcpserver.WithDescription(s.cfg.Description),
		mcpserver.WithWebsiteURL(s.cfg.WebsiteURL),
		mcpserver.WithIcons(icon),
		mcpserver.WithInstructions(s.instructions()),
		mcpserver.WithToolCapabilities(false),
		mcpserver.WithCacheHints(s.listTTL().Milliseconds(), mcpgo.CacheScopePrivate),
		mcpserver.WithToolFilter(s.visibleTools),
	)
	for _, t := range s.tools {
		if t.added != nil {
			library.AddTool(t.added.Tool, s.handler(t))
			continue
		}
		def := mcpgo.NewToolWithRawSchema(t.name, t.description, t.schema)
		def.Title, def.Icons, def.Annotations = t.title, []mcpgo.Icon{icon}, t.annotations()
		library.AddTool(def, answeredElsewhere)
	}
	return library
}

// restricted reports whether callers see different lists of tools.
func (s *Server) restricted() bool {
	for _, t := range s.tools {
		if t.restricted() {
			return true
		}
	}
	return false
}

func (s *Server) listTTL() time.Duration {
	if s.restricted() {
		return 0
	}
	return s.cfg.ListTTL
}

// visibleTools leaves out of a list what the caller may not run.
func (s *Server) visibleTools(ctx context.Context, list []mcpgo.Tool) []mcpgo.Tool {
	if !s.restricted() {
		return list
	}
	v := s.deps.Schemas.Schema(ctx)
	return slices.DeleteFunc(list, func(l mcpgo.Tool) bool {
		t := s.tools[l.Name]
		return t != nil && t.restricted() && v.hiddenDocument(t.document)
	})
}

// answeredElsewhere stands for a tool in mcp-go, which lists it; calls are
// answered by call.go.
func answeredElsewhere(context.Context, mcpgo.CallToolRequest) (*mcpgo.CallToolResult, error) {
	return mcpgo.NewToolResultError("tool calls are not answered here"), nil
}

// libraryAnswer is what a message came to in mcp-go.
type libraryAnswer struct {
	notifications [][]byte // sent before the response
	response      []byte
	code          int // of a JSON-RPC error, 0 for a result
}

// ask hands a request that has passed every check to mcp-go.
func (s *Server) ask(ctx context.Context, m *message, body []byte) libraryAnswer {
	body, placeholder := shortenID(body, m.id)
	session := &requestSession{notifications: make(chan mcpgo.JSONRPCNotification, 4)}
	ctx = mcpserver.WithSupportedProtocolVersions(s.library.WithContext(ctx, session), revisions)
	response := s.library.HandleMessage(ctx, body)
	close(session.notifications)
	encode := func(v any) []byte {
		b, err := json.Marshal(v)
		if err != nil {
			panic(fmt.Errorf("encode a message of mcp-go: %w", err))
		}
		if placeholder == nil {
			return b
		}
		return bytes.ReplaceAll(b, placeholder, m.id)
	}
	var a libraryAnswer
	for n := range session.notifications {
		a.notifications = append(a.notifications, encode(n))
	}
	a.response = encode(response)
	if e, ok := response.(mcpgo.JSONRPCError); ok {
		a.code = e.Error.Code
	}
	return a
}

// shortenID puts a string in the place of an integer id that mcp-go, which
// reads numbers as float64, would round. The string is not in the body otherwise.
func shortenID(body, id []byte) (changed, placeholder []byte) {
	if rawjson.KindOf(id) != rawjson.Number || len(id) <= 15 {
		return body, nil
	}
	name := "id-" + string(id)
	for bytes.Contains(body, []byte(name)) {
		name += "-"
	}
	placeholder = rawjson.AppendQuoted(nil, name)
	from := cap(body) - cap(id) // id is a slice of body
	return bytes.Join([][]byte{body[:from], placeholder, body[from+len(id):]}, nil), placeholder
}

// requestSession collects the notifications of one request. A session of
// mcp-go's own would be shared with other requests.
type requestSession struct {
	notifications chan mcpgo.JSONRPCNotification
}

// SessionID implements [mcpserver.ClientSession].
func (*requestSession) SessionID() string { return "" }

// NotificationChannel implements [mcpserver.ClientSession].
func (s *requestSession) NotificationChannel() chan<- mcpgo.JSONRPCNotification {
	return s.notifications
}

// Initialize implements [mcpserver.ClientSession].
func (*requestSession) Initialize() {}

// Initialized implements [mcpserver.ClientSession].
func (*requestSession) Initialized() bool { return true }
