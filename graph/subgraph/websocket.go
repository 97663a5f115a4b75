package subgraph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/coder/websocket"

	"github.com/sluice-gateway/sluice/graph/exec"
)

// socketProtocol is the WebSocket subprotocol (GraphQL over WebSocket Protocol).
const socketProtocol = "graphql-transport-ws"

// closeBadMessage is the protocol's close code for a message that is none of its own.
const closeBadMessage = websocket.StatusCode(4400)

// subscriptionID names our subscription: there is one on each connection.
const subscriptionID = "1"

// message is a message of the protocol. A subscription is long-lived and its payloads stay raw, so encoding/json will do for the frame.
type message struct {
	Type    string          `json:"type"`
	ID      string          `json:"id,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// socketEvents is a subscription over WebSocket.
type socketEvents struct {
	client *Client
	ctx    context.Context // ends the connection
	cancel context.CancelFunc
	conn   *websocket.Conn
	done   bool
}

func (c *Client) subscribeSocket(ctx context.Context, req *exec.Request) (Events, error) {
	opening, stop := context.WithTimeout(ctx, c.timeout)
	defer stop()
	header := c.headerFor(req.Header).Clone()
	header.Del("Content-Type")
	header.Del("Accept")
	conn, resp, err := websocket.Dial(opening, c.socketURL, &websocket.DialOptions{
		HTTPClient: &http.Client{
			Transport:     c.streams,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		HTTPHeader:   header,
		Subprotocols: []string{socketProtocol},
	})
	if err != nil {
		if resp != nil && resp.Body != nil {
			_ = resp.Body.Close()
		}
		return nil, c.failure(opening, err)
	}
	conn.SetReadLimit(int64(c.maxResponse))
	s := &socketEvents{client: c, conn: conn}
	if err := s.open(opening, req.Body); err != nil {
		_ = conn.CloseNow()
		return nil, c.failure(opening, err)
	}
	s.ctx, s.cancel = context.WithCancel(ctx)
	return s, nil
}

// open initialises the connection and subscribes.
func (s *socketEvents) open(ctx context.Context, body []byte) error {
	if s.conn.Subprotocol() != socketProtocol {
		return errors.New("server does not speak " + socketProtocol)
	}
	if err := s.send(ctx, message{Type: "connection_init"}); err != nil {
		return err
	}
	for {
		m, err := s.receive(ctx)
		if err != nil {
			return err
		}
		switch m.Type {
		case "connection_ack":
			return s.send(ctx, message{Type: "subscribe", ID: subscriptionID, Payload: body})
		case "ping":
			if err := s.send(ctx, message{Type: "pong"}); err != nil {
				return err
			}
		case "pong":
		default:
			return fmt.Errorf("unexpected message before connection_ack: %s", m.Type)
		}
	}
}

func (s *socketEvents) Next() ([]byte, error) {
	if s.done {
		return nil, io.EOF
	}
	for {
		m, err := s.receive(s.ctx)
		switch {
		case err != nil:
			return nil, s.end(err)
		case m.Type == "ping":
			if err := s.send(s.ctx, message{Type: "pong"}); err != nil {
				return nil, s.end(err)
			}
		case m.ID != subscriptionID:
		case m.Type == "next":
			return bytes.Clone(m.Payload), nil
		case m.Type == "error":
			s.done = true
			return append(append([]byte(`{"errors":`), m.Payload...), '}'), nil
		case m.Type == "complete":
			s.done = true
			return nil, io.EOF
		}
	}
}

// end closes the connection: nothing follows err.
func (s *socketEvents) end(err error) error {
	s.done = true
	_ = s.conn.CloseNow()
	if errors.Is(err, io.EOF) { // which would mean a proper end to the caller
		err = fmt.Errorf("connection lost: %w", io.ErrUnexpectedEOF)
	}
	return s.client.failure(s.ctx, err)
}

// Close ends the connection at once: waiting for the other side's farewell would hold the caller up.
func (s *socketEvents) Close() error {
	s.cancel()
	return s.conn.CloseNow()
}

func (s *socketEvents) send(ctx context.Context, m message) error {
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("message: %w", err)
	}
	return s.conn.Write(ctx, websocket.MessageText, text)
}

func (s *socketEvents) receive(ctx context.Context) (m message, err error) {
	_, text, err := s.conn.Read(ctx)
	if err != nil {
		if errors.Is(err, websocket.ErrMessageTooBig) {
			err = fmt.Errorf("%w: %w", errTooLarge, err)
		}
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		_ = s.conn.Close(closeBadMessage, "invalid message")
		return m, fmt.Errorf("message: %w", err)
	}
	return m, nil
}
