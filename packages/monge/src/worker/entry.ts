// The script of a worker; the entry point monge/worker-entry, for pages whose content security policy refuses inlined scripts.
import { ownPort } from "./platform.ts";
import { serve } from "./serve.ts";

serve(ownPort());
