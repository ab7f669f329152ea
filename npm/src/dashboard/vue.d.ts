// `import 'entrenar/dashboard/vue'`: as `entrenar/dashboard`, and Vue's templates know the tag.
import type { DefineComponent } from 'vue';
import type { EntrenarDashboardAttributes } from '../dashboard.js';

export * from '../dashboard.js';

declare module 'vue' {
  interface GlobalComponents {
    'entrenar-dashboard': DefineComponent<EntrenarDashboardAttributes>;
  }
}
