/** Where an agent signs in. */

import { AgentApi, asFailure } from "@firstreply/sdk/agent";
import type { SignedIn } from "@firstreply/sdk/contracts";
import { Alert, Button, PasswordInput, TextInput } from "@mantine/core";
import { type ChangeEvent, type FormEvent, useState } from "react";
import { Wordmark } from "./kit/Wordmark.tsx";
import { isShopId, remember, remembered } from "./session.ts";
import { signInSentence } from "./sentences.ts";

interface Props {
  readonly reason: string | null;
  readonly onSignedIn: (signedIn: SignedIn) => void;
}

export function SignInPage({ reason, onSignedIn }: Props) {
  const { submit, fault, busy, field } = useSignIn(onSignedIn);
  return (
    <main className="sign-in">
      <form onSubmit={submit} noValidate>
        <Wordmark />
        <h1>Agent console</h1>
        <Word fault={fault} reason={reason} />
        <TextInput
          label="Shop"
          description="Starts with shop_ and stands in the address your supervisor gave you"
          spellCheck={false}
          {...field("shop")}
        />
        <TextInput label="E-mail address" type="email" autoComplete="username" {...field("email")} />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
          {...field("password")}
        />
        <Button type="submit" size="md" fullWidth loading={busy}>
          Sign in
        </Button>
      </form>
    </main>
  );
}

function Word({ fault, reason }: { fault: string | null; reason: string | null }) {
  if (!fault && !reason) return null;
  return (
    <Alert color={fault ? "red" : "yellow"} variant="light" role={fault ? "alert" : "status"}>
      {fault ?? reason}
    </Alert>
  );
}

interface Values {
  readonly shop: string;
  readonly email: string;
  readonly password: string;
}

const NO_SHOP = "This is not a shop's id. It starts with shop_ and has 26 more letters and digits.";
const NOT_FILLED = "Fill in your e-mail address and password.";

function useSignIn(onSignedIn: Props["onSignedIn"]) {
  const [values, setValues] = useState<Values>(() => ({ ...remembered(), password: "" }));
  const [first] = useState<keyof Values>(() => firstEmpty(values));
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const outcome = await signIn(values);
    setBusy(false);
    if (typeof outcome === "string") setFault(outcome);
    else onSignedIn(outcome);
  };
  const field = (name: keyof Values) => ({
    value: values[name],
    autoFocus: name === first,
    onChange: ({ currentTarget }: ChangeEvent<HTMLInputElement>) =>
      setValues({ ...values, [name]: currentTarget.value }),
  });
  return { submit, fault, busy, field };
}

function firstEmpty({ shop, email }: Values): keyof Values {
  if (!shop) return "shop";
  return email ? "password" : "email";
}

/** Return who is signed in, or the sentence that says why nobody is. */
async function signIn(values: Values): Promise<SignedIn | string> {
  const [shop, email] = [values.shop.trim(), values.email.trim()];
  if (!isShopId(shop)) return NO_SHOP;
  if (!email || !values.password) return NOT_FILLED;
  try {
    const who = { shop_id: shop, email, password: values.password };
    const signedIn = await new AgentApi("", null).signIn(who);
    remember({ shop, email });
    return signedIn;
  } catch (error) {
    return signInSentence(asFailure(error));
  }
}
