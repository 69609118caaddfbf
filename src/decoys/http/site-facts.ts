// Facts that a persona's web site is drawn from: names, colours, folder names. All made up.

export const companyHeads = [
  "Harlow",
  "Nordvale",
  "Castell",
  "Brightwater",
  "Ostara",
  "Kestrel",
  "Linden",
  "Meridian",
  "Tarn",
  "Vantage",
  "Calder",
  "Ashby",
  "Ferron",
  "Solvik",
  "Quarrell",
  "Wexford",
] as const;

export const companyTails = [
  "Logistics",
  "Engineering",
  "& Partners",
  "Group",
  "Industrial",
  "Medical Supplies",
  "Foods",
  "Consulting",
  "Systems",
  "Property Services",
] as const;

/** What the application behind the login is called. */
export const applicationNames = [
  "Operations Console",
  "Staff Portal",
  "Order Desk",
  "Asset Register",
  "Admin Panel",
  "Back Office",
  "Service Desk",
] as const;

export const accents = ["#1f4e79", "#2c6e49", "#7a2e3a", "#37474f", "#5b3f8c", "#a1541d", "#0b6e75"] as const;

export const fonts = [
  "Arial, Helvetica, sans-serif",
  "'Segoe UI', Tahoma, sans-serif",
  "Verdana, Geneva, sans-serif",
  "'Helvetica Neue', Helvetica, Arial, sans-serif",
] as const;

/** Folder of the login; folder of the assets; folder behind HTTP Basic with its realm. */
export const adminFolders = ["admin", "portal", "manage", "panel"] as const;
export const assetFolders = ["assets", "static", "css", "media"] as const;
export const vaultFolders = [
  { folder: "backup", realm: "Restricted" },
  { folder: "private", realm: "Private Area" },
  { folder: "reports", realm: "Internal Reports" },
  { folder: "archive", realm: "Restricted Area" },
] as const;

/** What a rejected login is told: one of them per site, always the same. */
export const rejections = [
  "Invalid username or password.",
  "Login failed. Please check your credentials.",
  "The username or password is incorrect.",
] as const;

export const noticeLines = [
  "Scheduled maintenance window: Saturday 22:00 to Sunday 02:00.",
  "New expense form is available in the documents section.",
  "Please report printer faults to the service desk, not to reception.",
  "VPN certificates expire at the end of the month; renew yours in time.",
  "Backup reports are now published weekly.",
  "The second floor switch is being replaced on Thursday evening.",
] as const;
