/**
 * The emoji that the composer offers: characters of the system's own font, chosen by hand, which people send as text. None is
 * newer than Unicode 12, so that phones of 2020 show them. Each has its name in both languages, and words that find it too: in
 * English after a comma, in Chinese after a space.
 */
import type { Language } from '@/i18n/first'

export const GROUPS = ['people', 'hearts', 'animals', 'food', 'things', 'symbols'] as const
export type Group = (typeof GROUPS)[number]

export interface Emoji {
  sign: string
  en: string
  'zh-Hans': string
}

const lists: Record<Group, string> = {
  people: `
😀 grinning, smile happy|笑脸 开心
😄 beaming smile, happy laugh|大笑 开心
😁 grin, teeth happy|呲牙 开心
😂 tears of joy, laugh lol|笑哭 哈哈
🤣 rolling laughing, lol rofl|笑翻 哈哈
😊 blushing, smile shy|微笑 害羞
🙂 slight smile|浅笑 微笑
🙃 upside down, irony|倒脸 反讽
😉 wink|眨眼
😌 relieved, calm|松口气 安心
😍 heart eyes, love|花痴 爱心眼 喜欢
🥰 in love, hearts adore|爱慕 喜欢
😘 blowing a kiss|飞吻 亲亲
😗 kissing, whistle|嘟嘴 亲亲
😋 yummy, tasty tongue|好吃 馋
😛 tongue out, playful|吐舌 调皮
😜 winking tongue, crazy|调皮 吐舌
🤪 zany, silly crazy|疯癫 搞怪
🤔 thinking, hmm|思考 想想
🤨 raised eyebrow, doubtful|怀疑 挑眉
😐 neutral, meh|面无表情 无语
😑 expressionless|无语
😶 speechless, no mouth|沉默 无言
🙄 rolling eyes|白眼
😏 smirk|坏笑 得意
😬 grimace, awkward|尴尬
🤐 zipped mouth, secret|闭嘴 保密
🤗 hug|拥抱 抱抱
🤭 giggle, oops|偷笑 捂嘴
🤫 quiet, shh|嘘 安静
🤩 starstruck, wow|崇拜 星星眼
🥳 party, birthday|庆祝 派对 生日
😎 sunglasses, cool|酷 墨镜
🤓 nerd, glasses|书呆子 眼镜
🧐 monocle, look|单片眼镜 打量 研究
😕 confused|困惑
🙁 frown, sad|不开心 难过
😢 crying, tear sad|流泪 难过
😭 sobbing, cry|大哭 难过
🥺 pleading, please|可怜 拜托 求求
😞 disappointed, sad|失望 难过
😔 pensive, sad|沉思 失落
😩 weary, tired|累坏 疲惫
😤 huffing, angry|哼 生气
😠 angry|生气 愤怒
😡 furious, angry red|愤怒 生气
🤬 swearing, angry|骂人 生气
🤯 mind blown|震惊 爆炸
😳 flushed, embarrassed|脸红 害羞
😱 screaming, fear|尖叫 害怕
😨 fearful, scared|害怕
😰 anxious, sweat|紧张 冷汗
😅 nervous laugh, sweat|尴尬笑 冷汗
😴 sleeping, tired zzz|睡觉 困
🥱 yawn, tired|哈欠 困
😷 face mask, ill|口罩 生病
🤒 fever, ill|发烧 生病
🤧 sneeze, cold|打喷嚏 感冒
🥵 hot face, heat|热
🥶 cold face, freezing|冷
🤡 clown|小丑
👻 ghost|鬼 幽灵
💀 skull, dead|骷髅 笑死
👽 alien|外星人
🤖 robot|机器人
👋 waving hand, hello bye|挥手 你好 再见
👍 thumbs up, good yes|赞 好
👎 thumbs down, bad no|踩 不好
👌 ok hand, fine|好的 可以
✌️ victory, peace|胜利 耶
🤞 fingers crossed, luck|祈祷好运 好运
🤝 handshake, deal|握手 合作
👏 clapping, bravo|鼓掌
🙌 raised hands, hooray|欢呼 举手
🙏 folded hands, thanks please pray|谢谢 拜托 祈祷
💪 muscle, strong|加油 肌肉
👀 eyes, look|眼睛 围观
🙈 see no evil, monkey shy|捂眼 害羞 猴子
🤷 shrug|耸肩 不知道
🤦 facepalm|捂脸 无奈
💃 dancing|跳舞
`,
  hearts: `
❤️ red heart, love|红心 爱
🧡 orange heart, love|橙心 爱
💛 yellow heart, love|黄心 爱
💚 green heart, love|绿心 爱
💙 blue heart, love|蓝心 爱
💜 purple heart, love|紫心 爱
🖤 black heart, love|黑心 爱
🤍 white heart, love|白心 爱
💔 broken heart, sad|心碎 难过
💕 two hearts, love|两颗心 爱
💖 sparkling heart, love|闪亮的心 爱
💗 growing heart, love|心动 爱
💘 heart with arrow, cupid|一箭穿心 爱
💝 heart with ribbon, gift|心形礼物 爱
💌 love letter|情书 爱
💋 kiss mark, lips|吻痕 亲
💯 hundred points, perfect|满分 一百
💢 anger mark|怒气 生气
💥 explosion, boom|爆炸
💫 dizzy, star|眩晕 星星
💤 zzz, sleep|呼噜 睡觉
💬 speech bubble, talk|说话 聊天
`,
  animals: `
🐶 dog, puppy|狗 小狗
🐱 cat, kitten|猫 小猫
🐭 mouse|老鼠
🐰 rabbit, bunny|兔子
🦊 fox|狐狸
🐻 bear|熊
🐼 panda|熊猫
🐨 koala|考拉
🐯 tiger|老虎
🦁 lion|狮子
🐮 cow|牛 奶牛
🐷 pig|猪
🐸 frog|青蛙
🐵 monkey|猴子
🐔 chicken|鸡
🐧 penguin|企鹅
🐦 bird|鸟
🦉 owl|猫头鹰
🦆 duck|鸭子
🐴 horse|马
🦄 unicorn|独角兽
🐝 bee|蜜蜂
🦋 butterfly|蝴蝶
🐌 snail, slow|蜗牛 慢
🐢 turtle, slow|乌龟 慢
🐍 snake|蛇
🐙 octopus|章鱼
🐬 dolphin|海豚
🐳 whale|鲸鱼
🐟 fish|鱼
🦦 otter|水獭
🦔 hedgehog|刺猬
🌸 cherry blossom, flower|樱花 花
🌹 rose, flower|玫瑰 花
🌻 sunflower, flower|向日葵 花
🌲 evergreen tree|树 松树
🌵 cactus|仙人掌
🍀 clover, luck|四叶草 好运
🍁 maple leaf, autumn|枫叶 秋天
🍄 mushroom|蘑菇
`,
  food: `
🍎 apple|苹果
🍌 banana|香蕉
🍉 watermelon|西瓜
🍇 grapes|葡萄
🍓 strawberry|草莓
🍑 peach|桃子
🍋 lemon, sour|柠檬 酸
🥑 avocado|牛油果
🍅 tomato|番茄
🌶️ chili, hot|辣椒 辣
🌽 corn|玉米
🍞 bread|面包
🧀 cheese|奶酪
🍳 fried egg, breakfast|煎蛋 早餐
🍔 hamburger|汉堡
🍟 fries|薯条
🍕 pizza|披萨
🌮 taco|塔可
🍜 noodles, ramen|面条 拉面
🍚 rice|米饭
🍣 sushi|寿司
🥟 dumpling|饺子
🍲 hot pot, stew|火锅
🍦 ice cream|冰淇淋
🍩 donut|甜甜圈
🍪 cookie|饼干
🎂 birthday cake|生日蛋糕 生日
🍫 chocolate|巧克力
🍿 popcorn, film|爆米花 电影
☕ coffee|咖啡
🍵 tea|茶
🥛 milk|牛奶
🍺 beer|啤酒
🍻 clinking beer mugs, cheers|干杯 啤酒
🍷 wine|红酒
🥂 clinking glasses, toast cheers|碰杯 干杯
`,
  things: `
🎉 party popper, hooray|撒花 庆祝
🎁 present, gift|礼物
🎈 balloon|气球
🎵 music, note|音乐
🎧 headphones, music|耳机 音乐
🎸 guitar, music|吉他 音乐
🎹 piano, music|钢琴 音乐
🎬 film, movie|电影
🎮 game controller|游戏
🎲 dice, game|骰子 游戏
🎨 art, paint|画画 艺术
📚 books, read|书 读书
📝 note, write|笔记 写
💡 light bulb, idea|主意 灯泡
📷 camera, photo|相机 照片
📱 phone|手机
💻 computer, laptop|电脑
⏰ alarm clock, time|闹钟 时间
💰 money|钱
🔑 key|钥匙
🛏️ bed, sleep|床 睡觉
🛁 bath|洗澡
⚽ football, soccer|足球
🏀 basketball|篮球
🎾 tennis|网球
🏃 running, sport|跑步 运动
🚴 bicycle, cycling|骑车 自行车
🏊 swimming|游泳
⛰️ mountain, hiking|山 爬山
🏖️ beach, holiday|沙滩 度假
🏠 house, home|家 房子
🚗 car|汽车
🚌 bus|公交车
🚄 train|火车 高铁
✈️ plane, travel|飞机 旅行
🚀 rocket, space|火箭 太空
🌍 earth, world|地球 世界
`,
  symbols: `
☀️ sun, sunny|太阳 晴天
🌙 moon, night|月亮 晚上
⭐ star|星星
✨ sparkles|闪亮
🌈 rainbow|彩虹
☁️ cloud|云
🌧️ rain|下雨
⚡ lightning|闪电
❄️ snowflake, cold|雪 冷
🔥 fire, hot|火 厉害
💧 water drop|水滴
🌊 sea wave|海浪 大海
✅ check mark, yes done|对勾 完成
❌ cross mark, no|叉 错
❓ question mark|问号
❗ exclamation mark|感叹号
⚠️ warning|警告
🚫 forbidden, no|禁止
♻️ recycle|回收
➕ plus|加号
🆗 ok button|OK键 好的
🔔 bell|铃铛
🎯 bullseye, target|靶心 目标
🏆 trophy, win|奖杯 冠军
🥇 gold medal, first|金牌 第一
🚩 red flag|红旗
🏳️‍🌈 rainbow flag, pride|彩虹旗
👑 crown|皇冠
`,
}

function read(list: string): Emoji[] {
  return list
    .trim()
    .split('\n')
    .map((line) => {
      const space = line.indexOf(' ')
      const [en, zhHans] = line.slice(space + 1).split('|')
      return { sign: line.slice(0, space), en, 'zh-Hans': zhHans }
    })
}

export const EMOJI = Object.fromEntries(GROUPS.map((group) => [group, read(lists[group])])) as Record<
  Group,
  Emoji[]
>

const all = GROUPS.flatMap((group) => EMOJI[group])
const bySign = new Map(all.map((one) => [one.sign, one]))

export const emojiName = (emoji: Emoji, language: Language): string =>
  emoji[language].split(language === 'en' ? ',' : ' ')[0]

/** Those that have a word beginning with what is asked for; in Chinese, which has no spaces, one that holds it. */
export function findEmoji(asked: string): Emoji[] {
  const word = asked.trim().toLowerCase()
  if (!word) return []
  return all.filter(({ sign, en, 'zh-Hans': zhHans }) => {
    return sign === word || ` ${en}`.includes(` ${word}`) || zhHans.includes(word)
  })
}

/** As many as fill two rows of a wide screen. */
export const RECENT_MAX = 24

/** Those kept as used before, without any that is not offered any more. */
export const recentEmoji = (signs: readonly string[]): Emoji[] =>
  signs.flatMap((sign) => bySign.get(sign) ?? []).slice(0, RECENT_MAX)

/** What is used goes first. */
export const usedEmoji = (signs: readonly string[], sign: string): string[] =>
  [sign, ...signs.filter((one) => one !== sign)].slice(0, RECENT_MAX)
