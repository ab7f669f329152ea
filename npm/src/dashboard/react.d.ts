// `import 'entrenar/dashboard/react'`: as `entrenar/dashboard`, and JSX of React knows the tag.
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { EntrenarDashboard, EntrenarDashboardAttributes } from '../dashboard.js';

export * from '../dashboard.js';

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'entrenar-dashboard': DetailedHTMLProps<HTMLAttributes<EntrenarDashboard>, EntrenarDashboard> & EntrenarDashboardAttributes;
    }
  }
}
