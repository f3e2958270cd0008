/* Every error code that the service answers, with what people read of it. */
#include "web.h"

#include <string.h>

static const struct {
	const char *code, *en, *zh;
} errors[] = {
	{"malformed", "The request could not be read.", "无法读取请求。"},
	{"two_sessions", "Send a token or a cookie, not both.", "令牌与 Cookie 只能使用其一。"},
	{"unauthorized", "Please log in.", "请先登录。"},
	{"foreign_origin", "This page may not do that.", "此页面不允许执行该操作。"},
	{"not_found", "There is nothing here.", "这里什么也没有。"},
	{"method_not_allowed", "That method is not allowed here.", "此处不支持该方法。"},
	{"too_large", "That is too large.", "内容过大。"},
	{"not_json", "The body must be application/json.", "请求体必须为 application/json。"},
	{"not_multipart", "An upload must be multipart/form-data.", "上传内容必须为 multipart/form-data。"},
	{"not_media", "That is no file that can be sent here.", "不支持发送这种文件。"},
	{"bad_media", "This file is damaged and cannot be sent.", "文件已损坏，无法发送。"},
	{"too_many_pixels", "This picture is wider or higher than 4096 pixels.", "图片的宽或高超过 4096 像素。"},
	{"too_long", "A voice message lasts a minute at the most.", "语音消息最长一分钟。"},
	{"not_mono", "A voice message must be mono.", "语音消息必须为单声道。"},
	{"upload_quota", "You have sent as much as one can in a day.", "你今天发送的文件已达上限。"},
	{"invalid_field", "A field is missing, wrong or unknown.", "有字段缺失、有误或无法识别。"},
	{"too_many", "Too many at once. Please wait a little.", "操作太频繁，请稍候。"},
	{"unavailable", "The service is taking a breath. Please try again.", "服务暂时不可用，请稍后再试。"},
	{"busy", "Many people want this just now. Please try again.", "当前使用人数较多，请稍后再试。"},
	{"internal", "Something went wrong on our side.", "服务器出了点问题。"},
	{"bad_credentials", "Name or password is wrong.", "用户名或密码错误。"},
	{"account_exists", "That name is taken.", "该用户名已被使用。"},
	{"blacklisted", "This account is suspended.", "该账号已被封禁。"},
	{"pow_required", "A short proof of work is needed first.", "请先完成一次简短的计算验证。"},
	{"pow_invalid", "The proof of work does not hold, or no longer. Please try again.",
     "计算验证无效或已过期，请重试。"},
	{"password_common", "Too many people use this password. Please choose another.", "这个密码过于常见，请换一个。"},
	{"no_password", "This account has no password yet.", "该账号尚未设置密码。"},
	{"has_account", "This account has a name already.", "该账号已有用户名。"},
	{"not_configured", "This way of logging in is not set up here.", "此处未开通该登录方式。"},
	{"wechat_refused", "WeChat did not accept the login.", "微信登录未通过。"},
	{"wechat_unsigned", "This is not signed by WeChat.", "签名无效。"},
	{"no_room", "There is no such room.", "没有这个房间。"},
	{"no_message", "There is no such message.", "没有这条消息。"},
	{"no_ticket", "This ticket is used up or too old.", "该凭证已失效。"},
	{"not_member", "You have left this room.", "你已离开该房间。"},
	{"muted", "You are muted for a while.", "你被暂时禁言。"},
	{"room_ended", "This chat has ended.", "聊天已结束。"},
	{"not_owner", "Only the owner of the room may do that.", "只有房主可以这样做。"},
	{"banned_from_room", "You were removed from this room.", "你已被移出该房间。"},
	{"invite_only", "This room is entered by invitation.", "该房间需凭邀请进入。"},
	{"not_shareable", "A private chat cannot be shared.", "私聊无法分享。"},
	{"not_private", "That is for chats between two.", "该操作仅用于两人私聊。"},
	{"no_member", "There is nobody like that in this room.", "该房间里没有这位成员。"},
	{"no_share", "This invitation is not valid, or no longer.", "该邀请无效或已失效。"},
	{"room_full", "The room is full.", "房间已满。"},
	{"too_many_rooms", "You are in as many rooms as one can be.", "你加入的房间已达上限。"},
	{"yourself", "That cannot be done to oneself.", "不能对自己这样做。"},
	{"slow_mode", "This room is in slow mode. Please wait a little.", "该房间已开启慢速模式，请稍候。"},
	{"client_id_used", "That client_id belongs to another message.", "该 client_id 已用于另一条消息。"},
	{"word_blocked", "That cannot be said here.", "此处不能使用这样的文字。"},
	{"held", "A moderator will look at this before the others see it.", "消息将在管理员审核后显示。"},
	{"no_held", "No such message is waiting.", "没有这条待审核的消息。"},
	{"no_word", "The list has no such pattern.", "词表中没有该词条。"},
	{"word_pattern",
     "A pattern begins and ends with a letter or a digit; * may stand before or behind it. Anything else is written as "
     "an /expression/.",
     "词条须以字母、文字或数字开头和结尾，前后可加 *；其他形式请写成 /表达式/。"},
	{"word_too_long", "A pattern has 200 characters at the most.", "词条最多 200 个字符。"},
	{"word_expression", "The expression cannot be used.", "该表达式无法使用。"},
	{"not_yours", "That is somebody else's message.", "这不是你的消息。"},
	{"owners_only", "That is for owners.", "该操作仅限所有者。"},
	{"no_admin", "There is no such admin.", "没有这位管理员。"},
	{"admin_exists", "There is an admin of that name.", "该管理员名称已存在。"},
	{"matching_paused", "Finding somebody new is paused for you for a while.", "你暂时无法匹配新朋友。"},
	{"no_warning", "There is no such notice.", "没有这条通知。"},
	{"warning_over", "This is over already.", "该处理已经结束。"},
	{"appealed", "You have appealed already.", "你已提交过申诉。"},
	{"no_account", "There is no such account.", "没有这个账号。"},
	{"no_report", "There is no such report.", "没有这条举报。"},
	{"no_subject", "Whom this was about is not there any more.", "被举报者已不存在。"},
	{"report_resolved", "This report has been dealt with.", "该举报已处理。"},
	{"no_appeal", "There is no such appeal.", "没有这条申诉。"},
	{"appeal_answered", "This appeal has been answered.", "该申诉已答复。"},
	{"too_late", "It is too late to take this back.", "已超过可撤回的时间。"},
};

const char *error_message(const char *code, bool chinese)
{
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (strcmp(errors[i].code, code) == 0)
			return chinese ? errors[i].zh : errors[i].en;
	return code;
}
