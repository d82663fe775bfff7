// `npm run dev:mock` needs no server at all: the contract is answered from memory.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { mockHub } from './browser/mock/plugin.ts';

export default defineConfig({ plugins: [svelte(), mockHub()], server: { port: 5199 } });
