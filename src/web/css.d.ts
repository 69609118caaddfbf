// Style sheets that are imported for the bundler to collect.

declare module "*.css";
