// MCP clients that log in by OAuth, with a person who answers at once.
import * as v2 from '@modelcontextprotocol/client'
import * as v1 from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { visit } from './person.js'

export const redirectUrl = 'http://127.0.0.1:33418/callback' // nobody listens there: the person stops before it

// Login is what both SDKs ask an application for. It keeps everything in memory, and remembers the scopes it was sent to ask for.
class Login {
  redirectUrl = redirectUrl
  clientMetadata = {
    client_name: 'sluice-e2e', redirect_uris: [redirectUrl], grant_types: ['authorization_code'], response_types: ['code'],
    token_endpoint_auth_method: 'none',
  }
  asked = []
  clientInformation = () => this.client
  saveClientInformation = (client) => (this.client = client)
  tokens = () => this.saved
  saveTokens = (tokens) => (this.saved = tokens)
  saveCodeVerifier = (verifier) => (this.verifier = verifier)
  codeVerifier = () => this.verifier
  discoveryState = () => this.discovery
  saveDiscoveryState = (state) => (this.discovery = state)
  redirectToAuthorization = async (url) => {
    this.asked.push(url.searchParams.get('scope') ?? '')
    this.callback = new URL(await visit(url, (u) => u.startsWith(redirectUrl))).searchParams
  }
}

// sdks say for each SDK how a client and a transport are made, and how a login is finished.
const sdks = {
  'SDK v1': {
    client: () => new v1.Client({ name: 'sluice-e2e', version: '1.0.0' }),
    transport: (url, login) => new StreamableHTTPClientTransport(url, { authProvider: login }),
    finish: (transport, callback) => transport.finishAuth(callback.get('code')),
  },
  'SDK v2': {
    client: () => new v2.Client({ name: 'sluice-e2e', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } }),
    transport: (url, login) => new v2.StreamableHTTPClientTransport(url, { authProvider: login }),
    finish: (transport, callback) => transport.finishAuth(callback),
  },
}

export const names = Object.keys(sdks)

// connect opens a session; options are added to the login. It logs in, and asks for more scopes, whenever the SDK sends the person to the authorization server.
export async function connect(name, url, options = {}) {
  const sdk = sdks[name]
  const login = Object.assign(new Login(), options)
  let client, transport
  const open = async () => {
    client = sdk.client()
    transport = sdk.transport(new URL(url), login)
    await client.connect(transport)
  }
  const authorized = async (action) => {
    try {
      return await action()
    } catch (error) {
      if (!login.callback) throw error
      await sdk.finish(transport, login.callback)
      login.callback = undefined
    }
    if (action !== open) await open()
    return action()
  }
  await authorized(open)
  return {
    login,
    tools: () => authorized(() => client.listTools()),
    call: (tool, args) => authorized(() => client.callTool({ name: tool, arguments: args })),
    close: () => client.close(),
  }
}
