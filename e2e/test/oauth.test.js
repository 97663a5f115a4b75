// Logging in, as the specification has it: 401, metadata, registration, a person who agrees, a token, and more scopes when needed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, names } from '../lib/oauth.js'
import { document, provider, serviceToken } from '../lib/provider.js'
import { visit } from '../lib/person.js'
import { demo, folder, freePort, run, serve } from '../lib/sluice.js'

const own = '{ me { name email } }' // needs accounts:read
const stock = '{ lowStock(below: 100) { name } me { email } }' // needs inventory:read too

for (const name of names) {
  test(`${name} logs in at the demo's authorization server`, async (t) => {
    const { mcp } = await demo(t, '--auth')
    const session = await connect(name, mcp)
    t.after(() => session.close())
    assert.deepEqual((await session.tools()).tools.map((tool) => tool.name), ['execute', 'introspect', 'search'])
    const answer = JSON.parse((await session.call('execute', { query: own })).content[0].text)
    assert.equal(answer.data.me.email, 'ada@shop.example')
  })

  test(`${name} logs in at a foreign provider, and steps up`, async (t) => {
    const { mcp } = await foreign(t)
    const session = await connect(name, mcp)
    t.after(() => session.close())
    assert.equal((await session.call('execute', { query: own })).isError ?? false, false)
    const answer = JSON.parse((await session.call('execute', { query: stock })).content[0].text)
    assert.ok(answer.data.lowStock.length > 0)
    assert.deepEqual(session.login.asked.map(scopesOf), [['accounts:read'], ['accounts:read', 'inventory:read']])
  })
}

test('SDK v2 logs in without registering, by a client metadata document', async (t) => {
  const { mcp } = await foreign(t, { documents: true })
  const session = await connect('SDK v2', mcp, { clientMetadataUrl: document.client_id })
  t.after(() => session.close())
  const answer = JSON.parse((await session.call('execute', { query: stock })).content[0].text)
  assert.ok(answer.data.lowStock.length > 0)
  assert.equal(session.login.client.client_id, document.client_id)
})

test('mcp-remote-client logs in, with a person at the browser', async (t) => {
  const { mcp } = await demo(t, '--auth')
  const browser = person(/Please authorize this client by visiting:\s+(http\S+)/)
  const env = { HOME: await folder(t), MCP_REMOTE_CONFIG_DIR: await folder(t), BROWSER: 'true' }
  const r = await run('mcp-remote-client', [mcp, '--allow-http'], { env, watch: browser.watch })
  assert.equal(r.code, 0, r.stdout + r.stderr)
  assert.match(r.stdout + r.stderr, /introspect/)
  await browser.done
})

test('the Inspector logs in, with a person at the browser, and keeps the token', async (t) => {
  const { mcp } = await demo(t, '--auth')
  const browser = person(/Please navigate to:?\s+(http\S+)/)
  const env = { HOME: await folder(t), MCP_AUTO_OPEN_ENABLED: 'true', MCP_INSPECTOR_SECRET_STORE: 'file', BROWSER: 'true' }
  const inspect = (...args) => run('mcp-inspector', ['--cli', '--server-url', mcp, '--transport', 'http', '--format', 'json', '-q', ...args], { env, watch: browser.watch })
  const first = await inspect('--method', 'tools/list')
  assert.equal(first.code, 0, first.stdout + first.stderr)
  assert.match(first.stdout, /introspect/)
  await browser.done
  const second = await inspect('--method', 'tools/call', '--tool-name', 'execute', '--tool-arg', `query=${own}`, '--stored-auth-only')
  assert.equal(second.code, 0, second.stdout + second.stderr)
  assert.match(second.stdout, /ada@shop\.example/)
})

test('tokens of a foreign provider that are not for this resource are refused', async (t) => {
  const { mcp, issuer } = await foreign(t)
  const status = async (headers, url = mcp) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
    const accept = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    return (await fetch(url, { method: 'POST', body, headers: { ...accept, ...headers } })).status
  }
  const token = await serviceToken(issuer, mcp, 'accounts:read')
  assert.equal(await status({ authorization: `Bearer ${token}` }), 200)
  assert.equal(await status({}), 401)
  assert.equal(await status({ authorization: `Basic ${token}` }), 401)
  assert.equal(await status({ authorization: `Bearer ${token.slice(0, -8)}AAAAAAAA` }), 401)
  assert.equal(await status({ authorization: `Bearer ${await serviceToken(issuer, undefined, '')}` }), 401, 'an opaque token')
  assert.equal(await status({}, `${mcp}?access_token=${token}`), 400, 'a token in the query string')
})

// foreign starts the demo's subgraphs, a foreign provider, and a gateway that knows both.
async function foreign(t, options = {}) {
  const { subgraphs } = await demo(t, '--auth')
  const [port, authPort] = [await freePort(), await freePort()]
  const mcp = `http://localhost:${port}/mcp`
  const scopes = ['accounts:read', 'inventory:read', 'inventory:write', 'reviews:write']
  const issuer = await provider(t, authPort, mcp, { scopes, ...options })
  const urls = Object.entries(subgraphs).map(([name, url]) => `[subgraphs.${name}]\nurl = "${url}"`)
  await serve(t, `
[network]
listen_address = "127.0.0.1:${port}"
public_url = "http://localhost:${port}"
[extensions.authenticated]
[extensions.requires-scopes]
[extensions.jwt.config]
issuer = "${issuer}"
audience = "${mcp}"
challenge_scopes = ["accounts:read"]
[extensions.jwt.config.oauth.protected_resource.metadata]
resource = "${mcp}"
authorization_servers = ["${issuer}"]
${urls.join('\n')}
`)
  return { mcp, issuer }
}

// person waits for a program to print where to log in, and does so.
function person(printed) {
  const { promise, resolve } = Promise.withResolvers()
  let asked = false
  const watch = (text) => {
    const url = printed.exec(text)?.[1]
    if (!url || asked) return
    asked = true
    const callback = new URL(url).searchParams.get('redirect_uri')
    resolve(visit(url, (u) => u.startsWith(callback)).then(fetch))
  }
  return { watch, done: promise }
}

const scopesOf = (text) => text.split(' ').filter((scope) => scope.includes(':')).sort()
