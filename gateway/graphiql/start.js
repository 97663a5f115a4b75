"use strict";
const endpoint = window.location.pathname;

// One event stream per subscription, read with fetch so that headers can be sent.
function subscribe(body, headers) {
  return async function* () {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream", ...headers },
      body: JSON.stringify(body),
    });
    if (!(response.headers.get("Content-Type") || "").startsWith("text/event-stream")) {
      yield await response.json();
      return;
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      rest += value;
      const events = rest.split("\n\n");
      rest = events.pop();
      for (const event of events) {
        if (event.includes("event: complete")) return;
        const data = event.split("\n").filter((l) => l.startsWith("data:")).map((l) => l.slice(5)).join("\n");
        if (data.trim()) yield JSON.parse(data);
      }
    }
  };
}

const isSubscription = (params, opts) => {
  const definitions = (opts.documentAST && opts.documentAST.definitions) || [];
  const operations = definitions.filter((d) => d.kind === "OperationDefinition");
  const chosen = operations.find((d) => d.name && d.name.value === params.operationName) || operations[0];
  return Boolean(chosen && chosen.operation === "subscription");
};

const fetcher = (params, opts = {}) => {
  const headers = opts.headers || {};
  if (isSubscription(params, opts)) return subscribe(params, headers)();
  return fetch(endpoint, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json, application/json", ...headers },
    body: JSON.stringify(params),
  }).then((r) => r.json());
};

const query = new URLSearchParams(window.location.search).get("query") || undefined;
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, { fetcher, query, defaultEditorToolsVisibility: true }),
);
