// What the API takes and gives of its users, as schemas. Holds no logic.

import { z } from "@hono/zod-openapi";
import { roleSchema } from "./schemas.ts";

const ms = z.int().nonnegative().openapi({ description: "Unix time in milliseconds" });
const password = z.string().min(12).max(256);
export const userSchema = z
  .object({ username: z.string(), role: roleSchema, created_at: ms, changed_at: ms })
  .openapi("User");
export const usersSchema = z.object({ data: z.array(userSchema) }).openapi("Users");
export const newUserSchema = z
  .strictObject({
    username: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/, "letters, digits and . _ @ -, at most 64"),
    role: roleSchema,
    password: password.optional(),
  })
  .openapi("NewUser");
const drawn = password.optional().openapi({ description: "the one that was drawn; told this once" });
export const userMadeSchema = z
  .object({ username: z.string(), role: roleSchema, password: drawn })
  .openapi("UserMade");
export const newPasswordSchema = z.strictObject({ password: password.optional() }).openapi("NewPassword");
export const passwordMadeSchema = z.object({ username: z.string(), password: drawn }).openapi("PasswordMade");
