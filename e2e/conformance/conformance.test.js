// The MCP conformance suites, for each protocol revision those scenarios that concern a server with tools only.
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { demo, folder, freePort, run, serve } from '../lib/sluice.js'

const here = import.meta.dirname
const suite = (name) => path.join(here, '../node_modules', name, 'dist/index.js')
const released = suite('conformance-2025')
const next = suite('@modelcontextprotocol/conformance')

const runs = [
  [released, '2025-06-18', ['server-initialize', 'ping', 'tools-list']],
  [released, '2025-11-25', ['server-initialize', 'ping', 'tools-list', 'dns-rebinding-protection']],
  [next, '2025-06-18', ['server-initialize', 'ping', 'tools-list']],
  [next, '2025-11-25', ['server-initialize', 'ping', 'tools-list', 'dns-rebinding-protection', 'server-sse-multiple-streams']],
  [next, '2026-07-28', ['server-stateless', 'tools-list', 'dns-rebinding-protection', 'http-header-validation', 'caching', 'server-sse-multiple-streams']],
]

for (const [program, revision, scenarios] of runs) {
  const name = program === released ? 'the released suite' : 'the next suite'
  test(`${name} on ${revision}`, async (t) => {
    const { mcp } = await demo(t)
    for (const scenario of scenarios) {
      await t.test(scenario, (t) => check(t, program, mcp, scenario, revision))
    }
  })
}

// The suite's own fixtures, as far as a server of GraphQL tools can have them: documents that are tools of their own.
test('tools that the suite knows by name', async (t) => {
  const { subgraphs } = await demo(t)
  const port = await freePort()
  await serve(t, `
[network]
listen_address = "127.0.0.1:${port}"
[trusted_documents]
mcp_tools = true
manifests = ["${path.join(here, 'documents')}"]
[subgraphs.products]
url = "${subgraphs.products}"
`)
  for (const revision of ['2025-11-25', '2026-07-28']) {
    for (const scenario of ['tools-call-simple-text', 'tools-call-error', 'tools-list']) {
      await t.test(`${scenario} on ${revision}`, (t) => check(t, next, `http://localhost:${port}/mcp`, scenario, revision))
    }
  }
})

async function check(t, program, url, scenario, revision) {
  const args = ['server', '--url', url, '--scenario', scenario, '--spec-version', revision, '-o', await folder(t)]
  if (revision === '2026-07-28') args.push('--expected-failures', path.join(here, 'deviations.yml'))
  const r = await run('node', [program, ...args])
  assert.equal(r.code, 0, r.stdout + r.stderr)
}
