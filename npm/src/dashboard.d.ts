/** Resolves when `<entrenar-dashboard>` is defined; at once on a server, where there are no elements. */
export declare const defined: Promise<void>;

/** What goes on in the open experiment: the detail of the event `entrenar-activity`. */
export interface Activity {
  experiment?: string;
  /** How many of its runs go on. */
  running: number;
}

/** The dashboard of one database. */
export interface EntrenarDashboard extends HTMLElement {
  /** The database's name; `'entrenar'` unless given. */
  database: string | undefined;
  /** The id or the name of the experiment that is open. */
  experiment: string | undefined;
  /** Whether what is being looked at is kept in the page's address. */
  address: boolean;
  showRun(run: { experiment_id: string; run_id: string }): void;
}

/** What the tag takes, beside what every element does. */
export interface EntrenarDashboardAttributes {
  database?: string;
  experiment?: string;
  address?: boolean;
}

declare global {
  interface HTMLElementTagNameMap {
    'entrenar-dashboard': EntrenarDashboard;
  }
}
