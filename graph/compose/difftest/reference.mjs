// Answers composition requests with the reference composer: one JSON value a line on standard input,
//   {"subgraphs": [{"name", "url", "sdl"}]}
// and one a line on standard output,
//   {"supergraph", "errors": [{"code", "message", "places": [{"subgraph", "line", "column"}]}], "hints": [{"code", "message", "coordinate"}], "crash"}.
// The first argument is the folder whose node_modules has @apollo/composition.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import path from 'node:path';

const require = createRequire(path.join(path.resolve(process.argv[2]), 'package.json'));
const { composeServices } = require('@apollo/composition');
const { parse } = createRequire(require.resolve('@apollo/composition'))('graphql');

// What the reference has to say beside its answer is of no interest.
for (const level of ['log', 'info', 'warn', 'error', 'debug']) console[level] = () => {};

const places = (nodes) => (nodes ?? []).filter((node) => node?.loc).map((node) => {
  const { line, column } = node.loc.startToken;
  return { subgraph: node.subgraph ?? '', line, column };
});

function answer({ subgraphs }) {
  try {
    const services = subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));
    const { supergraphSdl, errors, hints } = composeServices(services);
    return {
      supergraph: errors?.length ? '' : supergraphSdl,
      errors: (errors ?? []).map((e) => ({ code: e.extensions?.code ?? 'INVALID_GRAPHQL', message: e.message, places: places(e.nodes) })),
      hints: (hints ?? []).map((h) => ({ code: h.definition.code, message: h.message, coordinate: h.coordinate ?? '' })),
    };
  } catch (e) {
    return { crash: String(e?.message ?? e).split('\n')[0] || 'unknown' };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + '\n');
}
