package main

import "github.com/telephony-iac/terraform-provider-telephony/internal/simulator"

// means is how a rule can be seen.
type means string

const (
	byReading  means = "reading"
	byLife     means = "a life on a number"
	bySpending means = "a purchase"
	never      means = "never"
)

// way says how a rule is seen, and what that needs; or, if it never is, why.
type way struct {
	how   means
	needs string
}

// ways has every rule of the simulator.
var ways = map[simulator.Rule]way{}

func init() {
	for service, rules := range map[simulator.Service]map[string]way{
		simulator.Twilio: {
			"released_can_be_bought":          {bySpending, "needs a limit of twice the price"},
			"owned_can_be_bought":             {bySpending, ""},
			"fallback_may_outlive_url":        {byLife, ""},
			"omits_mode_and_type":             {byReading, "needs a number"},
			"empty_name_stays":                {byLife, ""},
			"demo_handlers":                   {bySpending, ""},
			"renames_bought":                  {bySpending, ""},
			"reads_lag":                       {byLife, ""},
			"application_beats_trunk":         {byLife, "needs a trunk and an application in the account"},
			"application_holds_off_trunk":     {byLife, "needs a trunk and an application in the account"},
			"emergency_reads":                 {never, "would take an emergency address off"},
			"emergency_stays_registered":      {never, "would take an emergency address off"},
			"emergency_lets_messaging_change": {never, "would register an emergency address"},
			"emergency_release":               {never, "would give a number up"},
			"hosted_release_refused":          {never, "would give a number up"},
			"transfer_changes_sid":            {never, "would transfer a number to another account"},
			"transfer_clears_urls":            {never, "would transfer a number to another account"},
			"hosted_transfer_refused":         {never, "would transfer a number to another account"},
			"transfer_keeps_member":           {never, "would transfer a number to another account"},
			"member_answers_200":              {byLife, "needs a Messaging Service in the account, and a number that is in none"},
			"member_conflict_is_400":          {byLife, "needs a Messaging Service in the account, and a number that is in none"},
			"member_incapable":                {never, "needs a number that carries no messages"},
			"pool_size":                       {never, "would fill a sender pool"},
			"released_stays_member":           {never, "would give a number up"},
			"unrouted_is_not_found":           {byReading, "needs a number that was never routed to a Region"},
			"routes_of_us1_alone":             {never, "needs credentials of another Region"},
			"restricted_key":                  {never, "needs a key that lacks a permission"},
			"prices_unknown":                  {byReading, ""},
			"priced_types_hyphenated":         {byReading, "needs the price of toll-free numbers"},
			"trunk_keeps_numbers":             {never, "would delete a trunk"},
			"trunk_keeps_credential_lists":    {never, "would delete a credential list"},
			"policy_in_use_stays":             {never, "would delete a connection policy"},
			"wrong_credentials":               {byReading, ""},
			"inactive_account":                {never, "needs a suspended account"},
			"max_concurrent":                  {byReading, ""},
			"rate_limit":                      {byReading, ""},
			"retry_after":                     {byReading, "needs a 429, and none was met"},
			"bare_rate_limit":                 {byReading, "needs a 429, and none was met"},
		},
		simulator.Synthflow: {
			"unknown_is_404":              {byReading, ""},
			"foreign_workspace_is_403":    {byReading, ""},
			"errors":                      {byReading, ""},
			"slow_import":                 {never, "an import there takes a SIP trunk"},
			"import_replaces":             {never, "an import there takes a SIP trunk"},
			"older_import":                {never, "an import there takes a SIP trunk"},
			"refuses_8x8":                 {never, "an import there takes a SIP trunk"},
			"identifier_slug_is_key":      {never, "an import there takes a SIP trunk"},
			"pools_are_outbound_only":     {never, "would change what an agent answers"},
			"inbound_number_moves":        {never, "would change what an agent answers"},
			"not_attached_is_404":         {never, "would change what an agent answers"},
			"agent_number_replaces":       {never, "would change what an agent answers"},
			"empty_agent_number_detaches": {never, "would change what an agent answers"},
			"agent_list_has_pools":        {byReading, "needs an agent"},
			"max_limit":                   {byReading, "needs more than 20 numbers"},
			"rate_limit":                  {byReading, ""},
			"retry_after":                 {byReading, "needs a 429, and none was met"},
		},
		simulator.DialNexa: {
			"generation":             {byReading, ""},
			"inbound_agent_id":       {byReading, "needs a number, in generation A"},
			"example_fields":         {byReading, "needs a number, in generation A"},
			"high_limit_capped":      {byReading, ""},
			"unoffered_is_405":       {never, "would write to a number"},
			"agents_readable":        {byReading, ""},
			"deleted_agents_listed":  {byReading, "needs a deleted agent that is still listed"},
			"agents2_readable":       {byReading, ""},
			"no_prices":              {byReading, ""},
			"prices_are_numbers":     {byReading, "needs a list of prices"},
			"purchase_status":        {never, "would buy a number"},
			"purchase_omits_record":  {never, "would buy a number"},
			"pending_reads":          {never, "would buy a number"},
			"provider_id_length_14":  {never, "would ask for a purchase"},
			"sold_is_409":            {never, "would ask for a purchase"},
			"released_can_be_bought": {never, "would give a number up"},
			"delete_body":            {never, "would give a number up"},
			"published_is_fixed":     {never, "would publish an agent"},
			"publish_claims_stored":  {never, "would publish an agent"},
			"rate_limit":             {byReading, ""},
			"retry_after":            {byReading, "needs a 429, and none was met"},
		},
		simulator.Nixflex: {
			"unpaged_numbers":            {byReading, "needs two numbers"},
			"counts_page":                {byReading, "needs two numbers, in a list with pages"},
			"high_limit_refused":         {byReading, ""},
			"bare_agent_list":            {byReading, ""},
			"unpaged_agents":             {byReading, "needs two agents"},
			"serves_single_numbers":      {byReading, "needs a number"},
			"plain_plus_works":           {byLife, "needs an agent"},
			"prompt_only_updates":        {byLife, "needs an agent"},
			"unknown_fields_refused":     {byLife, "needs an agent"},
			"partial_answers":            {byLife, "needs an agent"},
			"twilio_only":                {never, "takes credentials of Telnyx"},
			"telnyx_keys_refused":        {never, "takes credentials of Telnyx"},
			"import_ignores_prompt":      {byLife, "needs an agent"},
			"same_agent_reimports":       {byLife, "needs an agent"},
			"invalid_credentials_always": {byLife, "needs an agent"},
			"delete_leaves_webhooks":     {byLife, "needs an agent"},
			"delete_needs_twilio":        {never, "would take credentials that Twilio refuses later"},
			"stale_agent_id":             {never, "would delete an agent"},
			"replays_writes":             {byLife, "needs an agent"},
			"reads_per_minute":           {byReading, "needs the header X-RateLimit-Limit"},
			"writes_per_minute":          {byLife, "needs the header X-RateLimit-Limit"},
			"rate_limit":                 {byReading, ""},
			"retry_after":                {byReading, "needs a 429, and none was met"},
		},
		simulator.Resemble: {
			"failures_are_200":    {byLife, ""},
			"missing_status":      {byReading, ""},
			"flat_agents":         {byReading, "needs an agent"},
			"max_agents":          {byReading, "needs a count in the list of agents"},
			"creations_are_201":   {byLife, ""},
			"edits_are_405":       {byLife, ""},
			"any_format":          {never, "could leave a record of a number that is none"},
			"credentials_blamed":  {byLife, ""},
			"unowned_accepted":    {never, "would register somebody else's number"},
			"creation_links":      {byLife, "needs an agent without a number"},
			"null_ignored":        {byLife, "needs an agent without a number"},
			"agents_hold_several": {never, "takes two numbers"},
			"slow_deletion":       {byLife, ""},
			"force_deletes_any":   {never, "could leave trunks at Twilio behind"},
			"rate_limit":          {byReading, ""},
			"retry_after":         {byReading, "needs a 429, and none was met"},
		},
		simulator.Retell: {
			"unknown_is_404":   {byReading, ""},
			"omits_unset":      {byReading, "needs a number"},
			"filter_ignored":   {byReading, "needs an agent that chats"},
			"agents_unchecked": {byLife, ""},
			"versions_checked": {byLife, "needs an agent"},
			"max_limit":        {byReading, "needs more numbers than a page has"},
			"rate_limit":       {byReading, ""},
		},
		simulator.Vapi: {
			"delete_clears_webhooks": {byLife, ""},
			"update_writes_webhooks": {byLife, ""},
			"import_leaves_webhooks": {byLife, ""},
			"import_leaves_status":   {byLife, ""},
			"in_eu":                  {byLife, ""},
			"duplicates_allowed":     {byLife, ""},
			"duplicate_is_409":       {byLife, ""},
			"null_ignored":           {byLife, ""},
			"secrets_hidden":         {byReading, "needs a number that was imported from Twilio"},
			"agents_unchecked":       {byLife, ""},
			"message_lists":          {byReading, ""},
			"search_ignored":         {byReading, "needs a number"},
			"bare_pages":             {byReading, ""},
			"oldest_first":           {byReading, "needs two assistants"},
			"max_limit":              {byReading, "needs more numbers than a page has"},
			"rate_limit":             {byReading, ""},
		},
		simulator.ElevenLabs: {
			"delete_clears_webhooks": {byLife, ""},
			"import_sets_status":     {byLife, ""},
			"at_us_host":             {byLife, ""},
			"import_ignores_agent":   {byLife, "needs an agent"},
			"unknown_is_422":         {byReading, ""},
			"opaque_cursor":          {byReading, "needs two agents"},
			"duplicates_allowed":     {byLife, ""},
			"rate_limit":             {byReading, ""},
		},
	} {
		for name, how := range rules {
			ways[simulator.Rule{Service: service, Name: name}] = how
		}
	}
}
