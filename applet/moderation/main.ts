import { createApp } from 'vue'
import { keepFocus } from '../src/platform/focus-h5'
import App from './App.vue'
import './style.css'

createApp(App).mount('#app')
keepFocus()
