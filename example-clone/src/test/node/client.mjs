// node-redis with its defaults: connects, works, and complains about nothing. Argument: the port.
import { createClient } from 'redis';

const complain = (what) => (problem) => console.error(what, problem);
process.on('warning', complain('warning'));

const client = createClient({ url: `redis://127.0.0.1:${process.argv[2]}` });
client.on('error', complain('error'));
await client.connect();

await client.set('node-redis', 'value');
const value = await client.get('node-redis');
const number = await client.incrBy('node-redis:n', 7);
await client.del(['node-redis', 'node-redis:n']);
const gone = await client.get('node-redis');

console.log(value, number, gone);
await client.close();
