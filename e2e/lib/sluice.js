// Starts the binary, as a person would in a terminal.
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'

export const binary = path.resolve(import.meta.dirname, '../../bin/sluice')

// crossing is a query that no fewer than four subgraphs can answer.
export const crossing = `{ latestReviews(first: 2) { rating author { name } product { name price { amount currency } shippingEstimate { amount } } } }`

// demo starts `sluice demo --port 0` with more arguments, and ends it with the test.
// It returns the URLs that the demo prints, those of the subgraphs by name, and with --auth a token.
export async function demo(t, ...args) {
  const text = await start(t, ['demo', '--port', '0', ...args], 'stdout', /Ctrl-C/)
  const mcp = /^(http\S+\/mcp)$/m.exec(text)[1]
  const subgraphs = Object.fromEntries([...text.matchAll(/^  (\w+) +(http\S+)$/gm)].map(([, name, url]) => [name, url]))
  return { mcp, graphql: mcp.replace(/mcp$/, 'graphql'), subgraphs, token: /^(ey\S+)$/m.exec(text)?.[1] }
}

// serve starts `sluice serve` with this configuration, and ends it with the test.
export async function serve(t, config) {
  const dir = await folder(t)
  await writeFile(path.join(dir, 'gateway.toml'), config)
  await start(t, ['serve', '-c', path.join(dir, 'gateway.toml')], 'stderr', /listening/)
}

async function start(t, args, stream, ready) {
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let all = ''
  const seen = new Promise((resolve, reject) => {
    let text = ''
    child[stream].on('data', (chunk) => ready.test((text += chunk)) && resolve(text))
    child.on('exit', (code) => reject(new Error(`sluice ${args.join(' ')} ended with ${code}:\n${all}`)))
  })
  for (const s of [child.stdout, child.stderr]) s.on('data', (chunk) => (all += chunk))
  t.after(async () => {
    if (child.exitCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  })
  return seen
}

// folder makes a folder that goes with the test.
export async function folder(t) {
  const dir = await mkdtemp(path.join(tmpdir(), 'sluice-e2e-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  return dir
}

// run runs a program to its end and returns its exit code and what it wrote. watch sees the output as it comes.
export async function run(command, args, { env = {}, watch = () => {} } = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env } }) // mcp-remote ends when its stdin does
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => watch((stdout += chunk)))
  child.stderr.on('data', (chunk) => watch((stderr += chunk)))
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

// freePort finds a port that nobody listens on now.
export async function freePort() {
  const { createServer } = await import('node:net')
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
