import { mount } from 'svelte';
import './shell/tokens.css';
import './shell/base.css';
import './shell/theme.svelte';
import App from './App.svelte';

mount(App, { target: document.getElementById('app')! });
