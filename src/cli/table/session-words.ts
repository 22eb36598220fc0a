// The only values of some flags of `jamey sessions`: for the table, which checks them, and for who reads them.
export const STATUSES = ["completed", "failed", "cancelled"] as const;
export const FORMATS = ["json", "markdown"] as const;
