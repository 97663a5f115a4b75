// The clients that people use, each doing what an agent does: list, search, look up, execute.
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import * as v2 from '@modelcontextprotocol/client'
import * as v1 from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { binary, crossing, demo, folder, run } from '../lib/sluice.js'

const info = { name: 'sluice-e2e', version: '1.0.0' }

const clients = {
  'sluice mcp over stdio': async (url) => {
    const client = new v1.Client(info)
    await client.connect(new StdioClientTransport({ command: binary, args: ['mcp', url.replace(/mcp$/, 'graphql'), '--stdio'], stderr: 'ignore' }))
    return client
  },
  'TypeScript SDK v1': async (url) => {
    const client = new v1.Client(info)
    await client.connect(new StreamableHTTPClientTransport(new URL(url)))
    return client
  },
  'TypeScript SDK v2, negotiating': async (url) => {
    const client = new v2.Client(info, { versionNegotiation: { mode: 'auto' } })
    await client.connect(new v2.StreamableHTTPClientTransport(new URL(url)))
    assert.equal(client.getNegotiatedProtocolVersion(), '2026-07-28')
    return client
  },
  'TypeScript SDK v2, as before': async (url) => {
    const client = new v2.Client(info)
    await client.connect(new v2.StreamableHTTPClientTransport(new URL(url)))
    assert.equal(client.getNegotiatedProtocolVersion(), '2025-11-25')
    return client
  },
  'mcp-remote as a bridge to stdio': async (url, t) => {
    const client = new v1.Client(info)
    const env = { ...process.env, MCP_REMOTE_CONFIG_DIR: await folder(t) }
    await client.connect(new StdioClientTransport({ command: 'mcp-remote', args: [url, '--allow-http'], env, stderr: 'ignore' }))
    return client
  },
}

for (const [name, connect] of Object.entries(clients)) {
  test(`${name} finds its way through the graph`, async (t) => {
    const { mcp } = await demo(t)
    const client = await connect(mcp, t)
    t.after(() => client.close())

    const { tools } = await client.listTools()
    assert.deepEqual(tools.map((tool) => tool.name), ['execute', 'introspect', 'search'])
    assert.ok(tools.every((tool) => tool.annotations.readOnlyHint), 'all tools are read-only')

    const text = async (tool, args, failed = false) => {
      const result = await client.callTool({ name: tool, arguments: args })
      assert.equal(result.isError ?? false, failed, result.content[0].text)
      return result.content[0].text
    }
    assert.match(await text('search', { keywords: ['review', 'rating'] }), /latestReviews\(first: Int/)
    assert.match(await text('introspect', { types: ['Review'] }), /type Review[^{]*{/)

    const { data, errors } = JSON.parse(await text('execute', { query: crossing }))
    assert.equal(errors, undefined)
    assert.equal(data.latestReviews.length, 2)
    for (const review of data.latestReviews) {
      assert.equal(typeof review.author.name, 'string') // accounts
      assert.equal(typeof review.product.name, 'string') // products
      assert.equal(typeof review.product.shippingEstimate.amount, 'number') // inventory
    }

    assert.match(await text('execute', { query: 'mutation { __typename }' }, true), /execute_mutations/)
    assert.match(await text('execute', { query: '{ latestReview { rating } }' }, true), /latestReviews/)
    await assert.rejects(client.callTool({ name: 'drop_tables', arguments: {} }), /unknown tool/)
  })
}

test('the Inspector lists and calls tools, in both eras', async (t) => {
  const { mcp } = await demo(t)
  const env = { HOME: await folder(t) }
  const inspect = async (...args) => {
    const r = await run('mcp-inspector', ['--cli', '--server-url', mcp, '--transport', 'http', '--format', 'json', '-q', ...args], { env })
    assert.equal(r.code, 0, r.stdout + r.stderr)
    return r.stdout
  }
  for (const era of ['legacy', 'modern']) {
    const listed = JSON.parse(await inspect('--method', 'tools/list', '--strict', '--protocol-era', era))
    assert.deepEqual((listed.result ?? listed).tools.map((tool) => tool.name), ['execute', 'introspect', 'search'])
    const called = await inspect('--method', 'tools/call', '--tool-name', 'execute', '--tool-arg', `query=${crossing}`, '--protocol-era', era)
    assert.match(called, /latestReviews/)
  }
})

test('mcp-remote-client connects', async (t) => {
  const { mcp } = await demo(t)
  const r = await run('mcp-remote-client', [mcp, '--allow-http'], { env: { MCP_REMOTE_CONFIG_DIR: await folder(t) } })
  assert.equal(r.code, 0, r.stdout + r.stderr)
  assert.match(r.stdout + r.stderr, /introspect/)
})

test('the Go SDK finds its way through the graph', async (t) => {
  const { mcp } = await demo(t)
  const tools = path.resolve(import.meta.dirname, '../../tools')
  const r = await run('go', ['run', '-C', tools, './gosdk', mcp, crossing])
  assert.equal(r.code, 0, r.stdout + r.stderr)
  const { protocol, tools: listed, answers, unknown } = JSON.parse(r.stdout)
  assert.equal(protocol, '2026-07-28')
  assert.deepEqual(listed, ['execute', 'introspect', 'search'])
  for (const [tool, { isError, text }] of Object.entries(answers)) assert.equal(isError, false, `${tool}: ${text}`)
  assert.match(answers.search.text, /latestReviews\(first: Int/)
  assert.match(answers.introspect.text, /type Review[^{]*{/)
  const { data, errors } = JSON.parse(answers.execute.text)
  assert.equal(errors, undefined)
  assert.equal(data.latestReviews.length, 2)
  assert.match(unknown, /unknown tool/)
})
