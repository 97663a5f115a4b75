// The conformance suite's scenarios for what tools in general may do, on a build of the MCP server with the tools that they call. Needs Go.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { folder, freePort, run } from '../lib/sluice.js'

const root = path.join(import.meta.dirname, '../..')
const suite = path.join(root, 'e2e/node_modules/@modelcontextprotocol/conformance/dist/index.js')

const results = ['simple-text', 'image', 'audio', 'embedded-resource', 'mixed-content', 'error'].map((name) => `tools-call-${name}`)
const runs = {
  '2025-06-18': results,
  '2025-11-25': [...results, 'json-schema-2020-12'],
  '2026-07-28': [...results, 'json-schema-2020-12', 'http-custom-header-server-validation'],
}

test('the fixture build', async (t) => {
  const url = await serveFixtures(t)
  for (const [revision, scenarios] of Object.entries(runs)) {
    for (const scenario of scenarios) {
      await t.test(`${scenario} on ${revision}`, async (t) => {
        const r = await run('node', [suite, 'server', '--url', url, '--scenario', scenario, '--spec-version', revision, '-o', await folder(t)])
        assert.equal(r.code, 0, r.stdout + r.stderr)
      })
    }
  }
})

// serveFixtures builds and starts the server, and ends it with the test.
async function serveFixtures(t) {
  const binary = path.join(await folder(t), 'fixtures')
  const built = await run('go', ['build', '-C', root, '-o', binary, './mcp/testdata/fixtures'])
  assert.equal(built.code, 0, built.stderr)
  const port = await freePort()
  const child = spawn(binary, [`127.0.0.1:${port}`], { stdio: 'inherit' })
  t.after(() => child.kill('SIGTERM'))
  const url = `http://localhost:${port}/mcp`
  for (let answered = false; !answered; ) { // until it listens
    answered = await fetch(url).then(() => true, () => child.exitCode !== null)
  }
  assert.equal(child.exitCode, null, 'the server ended')
  return url
}
